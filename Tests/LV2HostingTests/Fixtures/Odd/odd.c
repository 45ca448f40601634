// Plugins that try a host's patience: one that works for as long as its port says, one that refuses to run, and
// some that are only data.
#include <lv2/core/lv2.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IN, OUT, ANSWERED, FIRST, SECOND, LOW, STRICT, RATE, KEPT, PORT_COUNT };

/// The work in hand goes on for as long as this is not zero; tests set it.
int odd_holds_work = 0;
/// What it answers when it is asked for its state, once it has kept half of it; tests set it.
int odd_save_status = 0;
/// What it answers when it is given a state, of which it has taken nothing; tests set it.
int odd_restore_status = 0;
/// Whether work is in hand.
int odd_works = 0;
/// How many instances have been cleaned up.
int odd_cleaned_up = 0;

typedef struct {
  void* ports[PORT_COUNT];
  const LV2_Worker_Schedule* schedule;
  LV2_URID_Map* map;
  int answered, asked, kept;
} Odd;

static LV2_Handle instantiate(const LV2_Descriptor* descriptor, double rate, const char* bundle,
                              const LV2_Feature* const* features) {
  if (!strcmp(descriptor->URI, "urn:test:refusing")) return NULL;
  Odd* odd = calloc(1, sizeof(Odd));
  for (; *features; ++features) {
    if (!strcmp((*features)->URI, LV2_WORKER__schedule)) odd->schedule = (*features)->data;
    if (!strcmp((*features)->URI, LV2_URID__map)) odd->map = (*features)->data;
  }
  return odd;
}

static void connect_port(LV2_Handle handle, uint32_t port, void* data) {
  if (port < PORT_COUNT) ((Odd*)handle)->ports[port] = data;
}

static void run(LV2_Handle handle, uint32_t count) {
  Odd* odd = handle;
  const float* in = odd->ports[IN];
  float* out = odd->ports[OUT];
  if (in && out) memmove(out, in, count * sizeof(float));
  if (odd->schedule && !odd->asked) {
    odd->asked = 1;
    odd->schedule->schedule_work(odd->schedule->handle, 0, NULL);
  }
  *(float*)odd->ports[ANSWERED] = odd->answered;
  *(float*)odd->ports[KEPT] = odd->kept;
}

static void cleanup(LV2_Handle handle) {
  ++odd_cleaned_up;
  free(handle);
}

static LV2_Worker_Status work(LV2_Handle handle, LV2_Worker_Respond_Function respond,
                              LV2_Worker_Respond_Handle to, uint32_t size, const void* data) {
  __atomic_store_n(&odd_works, 1, __ATOMIC_RELEASE);
  while (__atomic_load_n(&odd_holds_work, __ATOMIC_ACQUIRE)) usleep(1000);
  __atomic_store_n(&odd_works, 0, __ATOMIC_RELEASE);
  return respond(to, 0, NULL);
}

static LV2_Worker_Status work_response(LV2_Handle handle, uint32_t size, const void* data) {
  ++((Odd*)handle)->answered;
  return LV2_WORKER_SUCCESS;
}

// What it keeps is a file that the host gives a path to.
static LV2_State_Status save(LV2_Handle handle, LV2_State_Store_Function store, LV2_State_Handle state,
                             uint32_t flags, const LV2_Feature* const* features) {
  Odd* odd = handle;
  const LV2_State_Make_Path* make = NULL;
  const LV2_State_Map_Path* paths = NULL;
  for (; *features; ++features) {
    if (!strcmp((*features)->URI, LV2_STATE__makePath)) make = (*features)->data;
    if (!strcmp((*features)->URI, LV2_STATE__mapPath)) paths = (*features)->data;
  }
  if (!make || !paths) return LV2_STATE_ERR_NO_FEATURE;
  char* path = make->path(make->handle, "number.txt");
  FILE* file = fopen(path, "w");
  if (!file) return LV2_STATE_ERR_UNKNOWN;
  fprintf(file, "%d", odd->kept);
  fclose(file);
  char* name = paths->abstract_path(paths->handle, path);
  store(state, odd->map->map(odd->map->handle, "urn:test:kept"), name, strlen(name) + 1,
        odd->map->map(odd->map->handle, "http://lv2plug.in/ns/ext/atom#Path"),
        LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  free(name);
  free(path);
  return odd_save_status;
}

static LV2_State_Status restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve, LV2_State_Handle state,
                                uint32_t flags, const LV2_Feature* const* features) {
  Odd* odd = handle;
  if (odd_restore_status) return odd_restore_status;
  size_t size;
  uint32_t type, kind;
  const int32_t* number =
      retrieve(state, odd->map->map(odd->map->handle, "urn:test:number"), &size, &type, &kind);
  if (number) odd->kept = *number;
  const char* name = retrieve(state, odd->map->map(odd->map->handle, "urn:test:kept"), &size, &type, &kind);
  for (; name && *features; ++features) {
    if (strcmp((*features)->URI, LV2_STATE__mapPath)) continue;
    const LV2_State_Map_Path* paths = (*features)->data;
    char* path = paths->absolute_path(paths->handle, name);
    FILE* file = fopen(path, "r");
    if (file && fscanf(file, "%d", &odd->kept) == 1) odd->kept += 1;
    if (file) fclose(file);
    free(path);
  }
  return LV2_STATE_SUCCESS;
}

static const void* extension_data(const char* uri) {
  static const LV2_Worker_Interface worker = {work, work_response, NULL};
  static const LV2_State_Interface state = {save, restore};
  if (!strcmp(uri, LV2_WORKER__interface)) return &worker;
  if (!strcmp(uri, LV2_STATE__interface)) return &state;
  return NULL;
}

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor(uint32_t index) {
  static const LV2_Descriptor descriptors[] = {
      {"urn:test:odd", instantiate, connect_port, NULL, run, NULL, cleanup, extension_data},
      {"urn:test:refusing", instantiate, connect_port, NULL, run, NULL, cleanup, NULL},
      {"urn:test:old-port", instantiate, connect_port, NULL, run, NULL, cleanup, NULL}};
  return index < 3 ? &descriptors[index] : NULL;
}
