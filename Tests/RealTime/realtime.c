// Runs the plugin as a real-time host does, its very first block included, under something that
// watches the audio thread: RealtimeSanitizer, or the library of counter.c. The host offers a worker, or
// leaves the plugin alone, and then lets it have time for each block.
#include "host.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __has_attribute
#if __has_attribute(nonblocking)
#define NONBLOCKING __attribute__((nonblocking))
#endif
#endif
#ifndef NONBLOCKING
#define NONBLOCKING
#endif

static void (*counter_begin)(void);
static long (*counter_end)(void);

static void run(const LV2_Descriptor* descriptor, LV2_Handle handle, uint32_t count) NONBLOCKING {
  descriptor->run(handle, count);
}

/// A bar line of the host's transport, a note and a question, as a DAW sends them.
static void send(LV2_Atom_Sequence* events, unsigned round, unsigned position) {
  if (!events) return;
  const unsigned char note[] = {round % 2 ? 0x80 : 0x90, 60 + round % 12, 80};
  host_event(events, 0, host_map(NULL, "http://lv2plug.in/ns/ext/midi#MidiEvent"), 3, note);
  struct {
    LV2_Atom_Object_Body body;
    LV2_Atom_Property_Body frame_property;
    int64_t frame;
    LV2_Atom_Property_Body speed_property;
    float speed;
  } place = {{0, host_map(NULL, "http://lv2plug.in/ns/ext/time#Position")},
             {host_map(NULL, "http://lv2plug.in/ns/ext/time#frame"), 0,
              {sizeof(int64_t), host_map(NULL, LV2_ATOM__Long)}},
             round % 40 < 20 ? position : position / 2,
             {host_map(NULL, "http://lv2plug.in/ns/ext/time#speed"), 0,
              {sizeof(float), host_map(NULL, LV2_ATOM__Float)}},
             1};
  const uint32_t object = host_map(NULL, LV2_ATOM__Object);
  if (round % 10 == 0) host_event(events, 1, object, sizeof place, &place);
  LV2_Atom_Object_Body question = {0, host_map(NULL, "http://lv2plug.in/ns/ext/patch#Get")};
  if (round % 50 == 7) host_event(events, 2, object, sizeof question, &question);
  // As the plugin's own window asks.
  struct { LV2_Atom_Object_Body body; LV2_Atom_Property_Body property; uint32_t notes, padding; } watch = {
      question, {host_map(NULL, "http://lv2plug.in/ns/ext/patch#property"), 0,
                 {sizeof(uint32_t), host_map(NULL, LV2_ATOM__URID)}},
      host_map(NULL, "urn:divisi:notes"), 0};
  if (round % 50 == 9) host_event(events, 2, object, sizeof watch, &watch);
}

/// Blocks of one length, with the worker's work waited for or not.
static long play(Host* host, unsigned length, unsigned seconds, bool joins) {
  // A plugin without parts has one of them.
  static const char* const switches[] = {"enabled", "mute_residual", "solo_residual"};
  const unsigned switch_count = host_has(host, switches[1]) ? 3 : 1;
  long violations = 0;
  unsigned round = 0;
  for (unsigned position = 0; position < seconds * 44100; position += length, ++round) {
    host_prepare(host);
    host_fill(host, position, length);
    send(host_events(host), round, position);
    float* control = host_control(host, switches[round % switch_count]);
    if (round % 20 == 19) *control = 1 - *control;
    if (counter_begin) counter_begin();
    run(host->descriptor, host->handle, length);
    if (counter_end) violations += counter_end();
    if (joins) host_join(host);
    if (joins && !host->has_thread) nanosleep(&(struct timespec){0, 500000}, NULL);
  }
  return violations;
}

int main(int count, char** arguments) {
  const bool is_alone = count == 8 && !strcmp(arguments[7], "alone");
  if (count != 7 && !is_alone) {
    fprintf(stderr, "usage: realtime OBJECT URI PORTS SCORE BLOCK SECONDS [alone]\n");
    return 2;
  }
  counter_begin = (void (*)(void))dlsym(RTLD_DEFAULT, "counter_begin");
  counter_end = (long (*)(void))dlsym(RTLD_DEFAULT, "counter_end");
  Description description;
  describe(&description, arguments[2], arguments[1], arguments[3], arguments[4]);
  const unsigned length = (unsigned)atoi(arguments[5]), seconds = (unsigned)atoi(arguments[6]);
  const LV2_Descriptor* descriptor = find(dlopen(arguments[1], RTLD_NOW), arguments[2]);
  if (!descriptor) return 3;
  Host* host = host_new(&description, descriptor, 44100, !is_alone);
  host_activate(host);
  long violations = play(host, length, seconds, true);
  violations += play(host, length, seconds, false);
  host_join(host);
  host_deactivate(host);
  host_activate(host);
  violations += play(host, length, 1, true);
  const unsigned scheduled = atomic_load(&host->scheduled);
  host_deactivate(host);
  host_free(host);
  printf("violations %ld, work %u, %s\n", violations, scheduled, counter_begin ? "counted" : "not counted");
  return violations ? 1 : 0;
}
