#include "host.h"

#include <dlfcn.h>
#include <lv2/options/options.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SEQUENCE_SIZE = 1 << 16, MAX_URIS = 1024 };

static pthread_mutex_t map_lock = PTHREAD_MUTEX_INITIALIZER;
static char* uris[MAX_URIS];
static uint32_t uri_count;

uint32_t host_map(void* handle, const char* uri) {
  (void)handle;
  pthread_mutex_lock(&map_lock);
  uint32_t number = 0;
  while (number < uri_count && strcmp(uris[number], uri)) ++number;
  if (number == uri_count && uri_count < MAX_URIS) uris[uri_count++] = strdup(uri);
  pthread_mutex_unlock(&map_lock);
  return number + 1;
}

void describe(Description* description, const char* uri, const char* object, const char* list,
              const char* score) {
  memset(description, 0, sizeof *description);
  snprintf(description->uri, sizeof description->uri, "%s", uri);
  snprintf(description->bundle, sizeof description->bundle, "%s", object);
  char* slash = strrchr(description->bundle, '/');
  if (slash) slash[1] = 0;
  description->score = score && *score ? score : NULL;
  FILE* file = fopen(list, "r");
  int index;
  char kind, direction, symbol[64];
  float value;
  while (file && fscanf(file, "%d %c %c %63s %f", &index, &kind, &direction, symbol, &value) == 5) {
    if (index != description->port_count || index >= MAX_PORTS) exit(3);
    Port* port = &description->ports[description->port_count++];
    port->kind = kind;
    port->is_input = direction == 'i';
    port->value = value;
    strcpy(port->symbol, symbol);
  }
  if (file) fclose(file);
  if (description->port_count == 0) exit(3);
}

const LV2_Descriptor* find(void* library, const char* uri) {
  LV2_Descriptor_Function function =
      library ? (LV2_Descriptor_Function)dlsym(library, "lv2_descriptor") : NULL;
  for (uint32_t index = 0; function; ++index) {
    const LV2_Descriptor* descriptor = function(index);
    if (!descriptor || !strcmp(descriptor->URI, uri)) return descriptor;
  }
  return NULL;
}

static const void* retrieve(LV2_State_Handle handle, uint32_t key, size_t* size, uint32_t* type,
                            uint32_t* flags) {
  const char* path = handle;
  // Plugins ask for what they know.
  if (key != host_map(NULL, "urn:divisi:a_score") && key != host_map(NULL, "urn:divisi:source_file")) return NULL;
  *size = strlen(path) + 1;
  *type = host_map(NULL, LV2_ATOM__Path);
  *flags = LV2_STATE_IS_POD;
  return path;
}

static LV2_Worker_Status respond(LV2_Worker_Respond_Handle handle, uint32_t size, const void* data) {
  (void)handle, (void)size, (void)data;
  return LV2_WORKER_SUCCESS;
}

static void* serve(void* context) {
  Host* host = context;
  const struct timespec pause = {0, 100000};
  while (!atomic_load(&host->ending)) {
    const unsigned next = atomic_load(&host->done);
    if (next == atomic_load(&host->scheduled)) {
      nanosleep(&pause, NULL);
      continue;
    }
    host->worker->work(host->handle, respond, NULL, host->requests[next % MAX_REQUESTS].size,
                       host->requests[next % MAX_REQUESTS].data);
    atomic_store(&host->done, next + 1);
  }
  return NULL;
}

static LV2_Worker_Status request(LV2_Worker_Schedule_Handle handle, uint32_t size, const void* data) {
  Host* host = handle;
  const unsigned next = atomic_load(&host->scheduled);
  if (size > MAX_WORK || next - atomic_load(&host->done) >= MAX_REQUESTS) return LV2_WORKER_ERR_NO_SPACE;
  host->requests[next % MAX_REQUESTS].size = size;
  if (size) memcpy(host->requests[next % MAX_REQUESTS].data, data, size);
  atomic_store(&host->scheduled, next + 1);
  return LV2_WORKER_SUCCESS;
}

static void connect(Host* host) {
  for (int index = 0; index < host->port_count; ++index) {
    Port* port = &host->ports[index];
    void* memory = &port->value;
    if (port->kind == 'a') memory = host->audio[index] = calloc(MAX_BLOCK, sizeof(float));
    if (port->kind == 'e') memory = host->events[index] = calloc(1, SEQUENCE_SIZE);
    host->descriptor->connect_port(host->handle, index, memory);
  }
  host_prepare(host);
}

Host* host_new(const Description* description, const LV2_Descriptor* descriptor, double rate,
               bool has_worker) {
  Host* host = calloc(1, sizeof(Host));
  host->descriptor = descriptor;
  host->port_count = description->port_count;
  memcpy(host->ports, description->ports, sizeof host->ports);
  host->schedule = (LV2_Worker_Schedule){host, request};
  static LV2_URID_Map map = {NULL, host_map};
  const int32_t longest = MAX_BLOCK;
  const uint32_t integer = host_map(NULL, LV2_ATOM__Int);
  const LV2_Options_Option options[] = {
      {LV2_OPTIONS_INSTANCE, 0, host_map(NULL, "http://lv2plug.in/ns/ext/buf-size#maxBlockLength"),
       sizeof longest, integer, &longest},
      {0}};
  const LV2_Feature features[] = {{LV2_URID__map, &map},
                                  {LV2_OPTIONS__options, (void*)options},
                                  {LV2_WORKER__schedule, &host->schedule}};
  const LV2_Feature* const all[] = {&features[0], &features[1], has_worker ? &features[2] : NULL, NULL};
  host->handle = descriptor->instantiate(descriptor, rate, description->bundle, all);
  if (!host->handle) exit(4);
  const LV2_State_Interface* state = descriptor->extension_data(LV2_STATE__interface);
  if (state && description->score) {
    const LV2_Feature* const none[] = {NULL};
    state->restore(host->handle, retrieve, (void*)description->score, 0, none);
  }
  host->worker = descriptor->extension_data(LV2_WORKER__interface);
  connect(host);
  host->has_thread = has_worker && host->worker
                     && !pthread_create(&host->thread, NULL, serve, host);
  return host;
}

void host_free(Host* host) {
  atomic_store(&host->ending, true);
  if (host->has_thread) pthread_join(host->thread, NULL);
  host->descriptor->cleanup(host->handle);
  for (int index = 0; index < host->port_count; ++index) {
    free(host->audio[index]);
    free(host->events[index]);
  }
  free(host);
}

void host_activate(Host* host) {
  if (host->descriptor->activate) host->descriptor->activate(host->handle);
}

void host_deactivate(Host* host) {
  if (host->descriptor->deactivate) host->descriptor->deactivate(host->handle);
}

bool host_has(const Host* host, const char* symbol) {
  for (int index = 0; index < host->port_count; ++index)
    if (!strcmp(host->ports[index].symbol, symbol)) return true;
  return false;
}

float* host_control(Host* host, const char* symbol) {
  for (int index = 0; index < host->port_count; ++index)
    if (!strcmp(host->ports[index].symbol, symbol)) return &host->ports[index].value;
  fprintf(stderr, "there is no control %s\n", symbol);
  exit(3);
}

LV2_Atom_Sequence* host_events(Host* host) {
  for (int index = 0; index < host->port_count; ++index)
    if (host->events[index] && host->ports[index].is_input) return host->events[index];
  return NULL;
}

void host_prepare(Host* host) {
  for (int index = 0; index < host->port_count; ++index) {
    LV2_Atom_Sequence* sequence = host->events[index];
    if (!sequence) continue;
    const bool is_input = host->ports[index].is_input;
    sequence->atom.type = host_map(NULL, is_input ? LV2_ATOM__Sequence : LV2_ATOM__Chunk);
    sequence->atom.size =
        is_input ? sizeof(LV2_Atom_Sequence_Body) : SEQUENCE_SIZE - sizeof(LV2_Atom);
  }
}

void host_event(LV2_Atom_Sequence* sequence, int64_t frame, uint32_t type, uint32_t size,
                const void* body) {
  LV2_Atom_Event* event = (LV2_Atom_Event*)((char*)sequence + sizeof(LV2_Atom) + sequence->atom.size);
  event->time.frames = frame;
  event->body = (LV2_Atom){size, type};
  memcpy(event + 1, body, size);
  sequence->atom.size += (sizeof(LV2_Atom_Event) + size + 7) & ~7u;
}

void host_fill(Host* host, unsigned position, unsigned count) {
  for (int index = 0; index < host->port_count; ++index) {
    if (!host->audio[index] || !host->ports[index].is_input) continue;
    for (unsigned n = 0; n < count; ++n) {
      const double time = (double)((position + n) % 44100) / 44100;
      host->audio[index][n] = (float)(0.2 * exp(-3 * time) * sin(2 * M_PI * (130.8 + 392 * index) * time)
                                      + 0.1 * sin(2 * M_PI * 523.3 * time));
    }
  }
}

void host_join(Host* host) {
  const struct timespec pause = {0, 50000};
  while (host->has_thread && atomic_load(&host->done) != atomic_load(&host->scheduled))
    nanosleep(&pause, NULL);
}
