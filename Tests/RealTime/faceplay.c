#include "face.h"

#include <dlfcn.h>
#include <lv2/atom/util.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 512, RATE = 44100, MAX_SENT = 1 << 16 };

/// The plugin whose windows are shown.
static struct {
  Host* host;
  FILE* sound;
  unsigned position;
  int control, notify;
  float told[MAX_PORTS];
  uint64_t digest;
  // Atoms that windows have sent since the last block.
  _Alignas(8) char sent[MAX_SENT];
  size_t sent_size;
} played;

void face_load(const char* rest) {
  char object[512], uri[128], ports[512], score[512], sound[512] = "";
  if (sscanf(rest, "%511s %127s %511s %511s %511s", object, uri, ports, score, sound) < 4) exit(3);
  static Description description;
  describe(&description, uri, object, ports, strcmp(score, "-") ? score : NULL);
  void* library = dlopen(object, RTLD_NOW | RTLD_LOCAL);
  const LV2_Descriptor* descriptor = find(library, uri);
  if (!descriptor) exit(4);
  played.host = host_new(&description, descriptor, RATE, true);
  played.control = played.notify = -1;
  for (int index = 0; index < played.host->port_count; ++index) {
    if (played.host->ports[index].kind != 'e') continue;
    if (!played.host->ports[index].is_input) played.notify = index;
    else if (played.control < 0) played.control = index;
  }
  if (*sound && !(played.sound = fopen(sound, "rb"))) exit(3);
  played.digest = 14695981039346656037u;
  host_activate(played.host);
}

void face_unload(void) {
  if (!played.host) return;
  host_deactivate(played.host);
  host_free(played.host);
  if (played.sound) fclose(played.sound);
  memset(&played, 0, sizeof played);
}

void face_send(uint32_t port, uint32_t size, const void* buffer) {
  if (!played.host) return;
  if (size == sizeof(float) && played.host->ports[port].kind == 'c')
    played.host->ports[port].value = *(const float*)buffer;
  else if ((int)port == played.control && played.sent_size + size + 8 <= MAX_SENT) {
    memcpy(played.sent + played.sent_size, buffer, size);
    played.sent_size += (size + 7) & ~7u;
  }
}

/// Takes what windows have sent, and the next samples, of a file or made up.
static void prepare(unsigned count) {
  Host* host = played.host;
  host_prepare(host);
  for (size_t place = 0; place < played.sent_size;) {
    const LV2_Atom* atom = (const LV2_Atom*)(played.sent + place);
    host_event(host->events[played.control], 0, atom->type, atom->size, atom + 1);
    place += (lv2_atom_total_size(atom) + 7) & ~7u;
  }
  played.sent_size = 0;
  host_fill(host, played.position, count);
  float frame[2];
  for (unsigned index = 0; played.sound && index < count; ++index) {
    if (fread(frame, sizeof frame, 1, played.sound) != 1) frame[0] = frame[1] = 0;
    host->audio[0][index] = frame[0];
    host->audio[1][index] = frame[1];
  }
}

/// Tells windows of what has changed at the outputs.
static void tell(Stage* stage, unsigned count) {
  Host* host = played.host;
  const uint32_t transfer = host_map(NULL, LV2_ATOM__eventTransfer);
  for (int index = 0; index < host->port_count; ++index) {
    const Port* port = &host->ports[index];
    if (port->kind == 'a' && !port->is_input) {
      const unsigned char* bytes = (const unsigned char*)host->audio[index];
      for (size_t byte = 0; byte < count * sizeof(float); ++byte)
        played.digest = (played.digest ^ bytes[byte]) * 1099511628211u;
    }
    for (int number = 0; number < MAX_SHOWN; ++number) {
      const Shown* shown = &stage->shown[number];
      if (!shown->handle) continue;
      if (port->kind == 'c' && !port->is_input && port->value != played.told[index])
        shown->descriptor->port_event(shown->handle, index, sizeof(float), 0, &port->value);
      if (index != played.notify) continue;
      LV2_ATOM_SEQUENCE_FOREACH(host->events[index], event)
        shown->descriptor->port_event(shown->handle, index, lv2_atom_total_size(&event->body),
                                      transfer, &event->body);
    }
    if (port->kind == 'c') played.told[index] = port->value;
  }
}

void face_play(Stage* stage, double seconds, bool in_time) {
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  const unsigned first = played.position;
  while (played.position - first < seconds * RATE) {
    prepare(BLOCK);
    played.host->descriptor->run(played.host->handle, BLOCK);
    if (!in_time) host_join(played.host);
    tell(stage, BLOCK);
    played.position += BLOCK;
    for (int number = 0; number < MAX_SHOWN; ++number)
      if (stage->shown[number].handle) stage->shown[number].idle->idle(stage->shown[number].handle);
    if (!in_time) continue;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double ahead = (played.position - first) / (double)RATE
                         - (now.tv_sec - start.tv_sec) - (now.tv_nsec - start.tv_nsec) * 1e-9;
    const struct timespec pause = {0, ahead > 0 ? (long)(ahead * 1e9) : 0};
    nanosleep(&pause, NULL);
  }
  printf("sound %016llx\n", (unsigned long long)played.digest);
}
