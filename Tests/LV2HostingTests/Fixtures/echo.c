// A plugin with a worker, a state, atom ports, options and a log, that shows what its host does:
// it echoes events, asks the worker to double numbers and counts the answers.
#include <lv2/atom/atom.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <stdlib.h>
#include <string.h>

enum { IN, OUT, GAIN, ANSWERED, CONTROL, NOTIFY, SIDE, LONGEST, EARLY, BEGAN, PORT_COUNT };

typedef struct {
  void* ports[PORT_COUNT];
  LV2_URID_Map* map;
  const LV2_Worker_Schedule* schedule;
  int longest, asked, answered, ended, early, running;
  float began;
  char path[512];
} Echo;

static LV2_Handle instantiate(const LV2_Descriptor* descriptor, double rate, const char* bundle,
                              const LV2_Feature* const* features) {
  Echo* echo = calloc(1, sizeof(Echo));
  const LV2_Options_Option* options = NULL;
  LV2_Log_Log* log = NULL;
  LV2_State_Make_Path* make = NULL;
  for (; *features; ++features) {
    const char* uri = (*features)->URI;
    if (!strcmp(uri, LV2_URID__map)) echo->map = (*features)->data;
    if (!strcmp(uri, LV2_WORKER__schedule)) echo->schedule = (*features)->data;
    if (!strcmp(uri, LV2_OPTIONS__options)) options = (*features)->data;
    if (!strcmp(uri, LV2_LOG__log)) log = (*features)->data;
    if (!strcmp(uri, LV2_STATE__makePath)) make = (*features)->data;
  }
  if (!echo->map || rate < 1000) {
    free(echo);
    return NULL;
  }
  LV2_URID longest = echo->map->map(echo->map->handle, "http://lv2plug.in/ns/ext/buf-size#maxBlockLength");
  for (; options && options->key; ++options)
    if (options->key == longest) echo->longest = *(const int32_t*)options->value;
  if (log)
    log->printf(log->handle, echo->map->map(echo->map->handle, LV2_LOG__Note), "echo at %g Hz\n", rate);
  if (make) {
    char* path = make->path(make->handle, "file.txt");
    strncpy(echo->path, path, sizeof echo->path - 1);
    free(path);
  }
  return echo;
}

static void connect_port(LV2_Handle handle, uint32_t port, void* data) { ((Echo*)handle)->ports[port] = data; }

static void activate(LV2_Handle handle) {
  Echo* echo = handle;
  echo->began = *(float*)echo->ports[GAIN];
}

static void run(LV2_Handle handle, uint32_t count) {
  Echo* echo = handle;
  echo->running = 1;
  const float *in = echo->ports[IN], *side = echo->ports[SIDE];
  float* out = echo->ports[OUT];
  const float gain = *(float*)echo->ports[GAIN];
  for (uint32_t n = 0; n < count; ++n) out[n] = gain * (in[n] + (side ? side[n] : 0));
  if (echo->schedule && count > 0) {
    int number = ++echo->asked;
    echo->schedule->schedule_work(echo->schedule->handle, sizeof number, &number);
  }
  LV2_Atom_Sequence* notify = echo->ports[NOTIFY];
  const uint32_t capacity = notify->atom.size;
  const LV2_Atom_Sequence* control = echo->ports[CONTROL];
  notify->atom.type = control->atom.type;
  lv2_atom_sequence_clear(notify);
  LV2_ATOM_SEQUENCE_FOREACH(control, event) lv2_atom_sequence_append_event(notify, capacity, event);
  *(float*)echo->ports[ANSWERED] = echo->answered;
  *(float*)echo->ports[LONGEST] = echo->longest;
  *(float*)echo->ports[EARLY] = echo->early;
  *(float*)echo->ports[BEGAN] = echo->began;
  echo->running = 0;
}

static void cleanup(LV2_Handle handle) { free(handle); }

static LV2_Worker_Status work(LV2_Handle handle, LV2_Worker_Respond_Function respond,
                              LV2_Worker_Respond_Handle to, uint32_t size, const void* data) {
  int twice = 2 * *(const int*)data;
  return respond(to, sizeof twice, &twice);
}

static LV2_Worker_Status work_response(LV2_Handle handle, uint32_t size, const void* data) {
  Echo* echo = handle;
  if (*(const int*)data == 2 * (echo->answered + 1)) ++echo->answered;
  if (echo->running) ++echo->early;
  return LV2_WORKER_SUCCESS;
}

static LV2_State_Status save(LV2_Handle handle, LV2_State_Store_Function store, LV2_State_Handle state,
                             uint32_t flags, const LV2_Feature* const* features) {
  Echo* echo = handle;
  LV2_URID_Map* map = echo->map;
  const int32_t asked = echo->asked;
  store(state, map->map(map->handle, "urn:test:asked"), &asked, sizeof asked,
        map->map(map->handle, LV2_ATOM__Int), LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
  for (; *features; ++features)
    if (!strcmp((*features)->URI, LV2_STATE__mapPath) && *echo->path) {
      const LV2_State_Map_Path* paths = (*features)->data;
      char* path = paths->abstract_path(paths->handle, echo->path);
      store(state, map->map(map->handle, "urn:test:file"), path, strlen(path) + 1,
            map->map(map->handle, LV2_ATOM__Path), LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE);
      free(path);
    }
  return LV2_STATE_SUCCESS;
}

static LV2_State_Status restore(LV2_Handle handle, LV2_State_Retrieve_Function retrieve, LV2_State_Handle state,
                                uint32_t flags, const LV2_Feature* const* features) {
  Echo* echo = handle;
  LV2_URID_Map* map = echo->map;
  size_t size;
  uint32_t type, kind;
  const int32_t* asked = retrieve(state, map->map(map->handle, "urn:test:asked"), &size, &type, &kind);
  if (asked && size == sizeof *asked) echo->answered = echo->asked = *asked;
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
  static const LV2_Descriptor descriptor = {
      "urn:test:echo", instantiate, connect_port, activate, run, NULL, cleanup, extension_data};
  return index == 0 ? &descriptor : NULL;
}
