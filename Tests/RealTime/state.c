// Restores states that are damaged in every way that a host lets through: bytes, sizes, types, things
// missing. Then the plugin, which has played on, is given the good one and sounds as it did.
#include "host.h"

#include <dlfcn.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_VALUES = 16, MAX_SIZE = 1 << 16 };

typedef struct {
  uint32_t key, type, flags;
  size_t size;
  bool is_missing;
  char bytes[MAX_SIZE];
} Value;

typedef struct {
  int count;
  Value values[MAX_VALUES];
} Values;

static uint64_t seed = 1;

static unsigned chance(unsigned below) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(seed >> 33) % below;
}

static LV2_State_Status store(LV2_State_Handle handle, uint32_t key, const void* bytes, size_t size,
                              uint32_t type, uint32_t flags) {
  Values* values = handle;
  if (values->count == MAX_VALUES || size >= MAX_SIZE) exit(3);
  Value* value = &values->values[values->count++];
  *value = (Value){.key = key, .type = type, .flags = flags, .size = size};
  memcpy(value->bytes, bytes, size);
  return LV2_STATE_SUCCESS;
}

static const void* retrieve(LV2_State_Handle handle, uint32_t key, size_t* size, uint32_t* type,
                            uint32_t* flags) {
  Values* values = handle;
  for (int n = 0; n < values->count; ++n) {
    Value* value = &values->values[n];
    if (value->key != key || value->is_missing) continue;
    *size = value->size;
    *type = value->type;
    *flags = value->flags;
    // In memory of its own, so that a read beyond the end is one that is seen.
    static char* copy;
    free(copy);
    copy = malloc(value->size ? value->size : 1);
    memcpy(copy, value->bytes, value->size);
    return copy;
  }
  return NULL;
}

static void damage(Values* values) {
  static const char* const types[] = {LV2_ATOM__Int,    LV2_ATOM__Float, LV2_ATOM__Path,
                                      LV2_ATOM__String, LV2_ATOM__Bool,  LV2_ATOM__Chunk};
  for (unsigned n = 1 + chance(3); n > 0; --n) {
    Value* value = &values->values[chance((unsigned)values->count)];
    switch (chance(6)) {
      case 0: value->is_missing = true; break;
      case 1: value->type = chance(2) ? chance(100) : host_map(NULL, types[chance(6)]); break;
      case 2: value->size = chance((unsigned)value->size + 1); break;
      case 3: value->size = 0; break;
      default:
        for (unsigned m = 1 + chance(8); m > 0 && value->size > 0; --m)
          value->bytes[chance((unsigned)value->size)] = (char)chance(256);
    }
  }
}

static uint64_t listen(Host* host, unsigned blocks) {
  uint64_t sum = 14695981039346656037u;
  for (unsigned block = 0; block < blocks; ++block) {
    host_prepare(host);
    host_fill(host, block * 1024, 1024);
    host->descriptor->run(host->handle, 1024);
    for (int index = 0; index < host->port_count; ++index) {
      if (!host->audio[index] || host->ports[index].is_input) continue;
      for (unsigned n = 0; n < 1024; ++n) {
        uint32_t bits;
        memcpy(&bits, &host->audio[index][n], sizeof bits);
        sum = (sum ^ bits) * 1099511628211u;
      }
    }
  }
  return sum;
}

int main(int count, char** arguments) {
  if (count != 6) {
    fprintf(stderr, "usage: state OBJECT URI PORTS SCORE ROUNDS\n");
    return 2;
  }
  Description description;
  describe(&description, arguments[2], arguments[1], arguments[3], arguments[4]);
  const LV2_Descriptor* descriptor = find(dlopen(arguments[1], RTLD_NOW), arguments[2]);
  if (!descriptor) return 3;
  const LV2_State_Interface* state = descriptor->extension_data(LV2_STATE__interface);
  static Values good, bad;
  static LV2_URID_Map map = {NULL, host_map};
  const LV2_Feature map_feature = {LV2_URID__map, &map};
  const LV2_Feature* const features[] = {&map_feature, NULL};

  Host* host = host_new(&description, descriptor, 44100, false);
  host_activate(host);
  const uint64_t before = listen(host, 60);
  if (state->save(host->handle, store, &good, 0, features) || good.count == 0) return 6;
  unsigned refused = 0;
  const unsigned rounds = (unsigned)atoi(arguments[5]);
  for (unsigned round = 0; round < rounds; ++round) {
    bad = good;
    damage(&bad);
    refused += state->restore(host->handle, retrieve, &bad, 0, features) != LV2_STATE_SUCCESS;
    listen(host, 1);
  }
  if (state->restore(host->handle, retrieve, &good, 0, features)) return 7;
  host_deactivate(host);
  host_activate(host);
  const uint64_t after = listen(host, 60);
  static Values again;
  state->save(host->handle, store, &again, 0, features);
  const bool is_same = again.count == good.count && !memcmp(again.values, good.values, sizeof good.values);
  host_free(host);
  printf("values %d, refused %u, sound %s, state %s\n", good.count, refused,
         before == after ? "same" : "other", is_same ? "same" : "other");
  return before == after && is_same ? 0 : 1;
}
