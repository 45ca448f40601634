// A library to be preloaded to a JACK client: counts what its process callback may not do, and how
// often the length of blocks has changed; at the end it says so in the file COUNT_FILE. While JACK
// freewheels nobody waits for the callback, and it may do as it likes.
#define MAY_WAKE
#include "counter.c"

#include <jack/jack.h>

static JackProcessCallback process;
static void* process_context;
static JackFreewheelCallback freewheel;
static void* freewheel_context;
static volatile int is_free;
static long violations, blocks, changes;

static int watch(jack_nframes_t count, void* context) {
  (void)context;
  static jack_nframes_t last;
  if (count != last) ++changes;
  last = count;
  if (is_free) return process(count, process_context);
  ++blocks;
  counter_begin();
  const int result = process(count, process_context);
  violations += counter_end();
  return result;
}

int jack_set_process_callback(jack_client_t* client, JackProcessCallback callback, void* context) {
  int (*next)(jack_client_t*, JackProcessCallback, void*) =
      (int (*)(jack_client_t*, JackProcessCallback, void*))dlsym(RTLD_NEXT, "jack_set_process_callback");
  process = callback;
  process_context = context;
  return next(client, watch, NULL);
}

static void note_freewheel(int is_on, void* context) {
  (void)context;
  is_free = is_on;
  freewheel(is_on, freewheel_context);
}

int jack_set_freewheel_callback(jack_client_t* client, JackFreewheelCallback callback, void* context) {
  int (*next)(jack_client_t*, JackFreewheelCallback, void*) =
      (int (*)(jack_client_t*, JackFreewheelCallback, void*))dlsym(RTLD_NEXT, "jack_set_freewheel_callback");
  freewheel = callback;
  freewheel_context = context;
  return next(client, note_freewheel, NULL);
}

__attribute__((destructor)) static void tell(void) {
  const char* path = getenv("COUNT_FILE");
  FILE* file = path && process ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld %ld %ld\n", violations, blocks, changes);
  fclose(file);
}
