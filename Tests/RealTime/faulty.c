// A plugin that does what may not be done, to see that the watches bark: built once for each fault.
#include <lv2/core/lv2.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void* volatile kept;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int blocks;

static LV2_Handle instantiate(const LV2_Descriptor* descriptor, double rate, const char* bundle,
                              const LV2_Feature* const* features) {
  (void)descriptor, (void)rate, (void)bundle, (void)features;
  return &blocks;
}
static void connect_port(LV2_Handle handle, uint32_t port, void* data) { (void)handle, (void)port, (void)data; }
static void cleanup(LV2_Handle handle) { (void)handle; }
static const void* extension_data(const char* uri) { return (void)uri, NULL; }

static void run(LV2_Handle handle, uint32_t count) {
  (void)handle, (void)count;
  if (blocks++ != FIRST) return;
#ifdef ALLOCATES
  kept = malloc(16);
#endif
#ifdef LOCKS
  pthread_mutex_lock(&lock);
  pthread_mutex_unlock(&lock);
#endif
#ifdef CALLS
  const struct timespec pause = {0, 1};
  nanosleep(&pause, NULL);
#endif
}

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor(uint32_t index) {
  static const LV2_Descriptor descriptor = {
      "urn:test:faulty", instantiate, connect_port, NULL, run, NULL, cleanup, extension_data};
  return index == 0 ? &descriptor : NULL;
}
