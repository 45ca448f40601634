// A small LV2 host without lilv: what it knows of the plugin stands in a list of ports.
#ifndef HOST_H
#define HOST_H

#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/worker/worker.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAX_PORTS = 128, MAX_BLOCK = 8192, MAX_WORK = 256, MAX_REQUESTS = 64 };

typedef struct {
  char kind;       // a(udio), c(ontrol), e(vents)
  bool is_input;
  char symbol[64];
  float value;     // of a control, at first
} Port;

/// What is known of a plugin before it is loaded.
typedef struct {
  char uri[128];
  char bundle[512];
  const char* score;  // a path, or null
  int port_count;
  Port ports[MAX_PORTS];
} Description;

typedef struct {
  const LV2_Descriptor* descriptor;
  LV2_Handle handle;
  const LV2_Worker_Interface* worker;
  Port ports[MAX_PORTS];
  int port_count;
  float* audio[MAX_PORTS];
  LV2_Atom_Sequence* events[MAX_PORTS];
  // One slot for each request, taken in order by the worker's thread, which polls: the audio thread
  // makes no system call for it.
  struct { uint32_t size; char data[MAX_WORK]; } requests[MAX_REQUESTS];
  atomic_uint scheduled, done;
  atomic_bool ending;
  pthread_t thread;
  bool has_thread;
  LV2_Worker_Schedule schedule;
} Host;

/// Reads lines of "index kind direction symbol value". Exits if there is anything wrong.
void describe(Description* description, const char* uri, const char* object, const char* list,
              const char* score);
/// Finds the plugin in a loaded object; null if it is not there.
const LV2_Descriptor* find(void* library, const char* uri);
/// Makes an instance, restores the score, connects all ports, and starts a worker's thread if asked.
Host* host_new(const Description* description, const LV2_Descriptor* descriptor, double rate,
               bool has_worker);
void host_free(Host* host);
/// What LV2 leaves optional.
void host_activate(Host* host);
void host_deactivate(Host* host);
/// Whether there is a port of this symbol.
bool host_has(const Host* host, const char* symbol);
/// A control by symbol. Exits if there is none.
float* host_control(Host* host, const char* symbol);
/// The first atom input's sequence; null if there is none.
LV2_Atom_Sequence* host_events(Host* host);
/// Makes sequences ready for a block.
void host_prepare(Host* host);
/// Fills the audio inputs with the next block of a signal that repeats itself.
void host_fill(Host* host, unsigned position, unsigned count);
/// Waits until the worker has nothing to do.
void host_join(Host* host);
/// The number of a URI.
uint32_t host_map(void* handle, const char* uri);
/// Adds an event after those that are there.
void host_event(LV2_Atom_Sequence* sequence, int64_t frame, uint32_t type, uint32_t size,
                const void* body);

#endif
