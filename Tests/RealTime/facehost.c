#include "face.h"

#include <lv2/atom/util.h>
#include <lv2/patch/patch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int resize(LV2UI_Feature_Handle handle, int width, int height) {
  Shown* shown = handle;
  printf("size %d %d %d\n", shown->number, width, height);
  XResizeWindow(shown->stage->display, shown->parent, width, height);
  return 0;
}

static void touch(LV2UI_Feature_Handle handle, uint32_t port, bool is_held) {
  printf("touch %d %u %d\n", ((Shown*)handle)->number, port, is_held);
}

static LV2UI_Request_Value_Status request(LV2UI_Feature_Handle handle, LV2_URID key, LV2_URID type,
                                          const LV2_Feature* const* features) {
  (void)features;
  const char* name = key == host_map(NULL, "urn:divisi:a_score") ? "score"
                     : key == host_map(NULL, "urn:divisi:model_file") ? "model" : "?";
  printf("request %d %s %d\n", ((Shown*)handle)->number, name, type == host_map(NULL, LV2_ATOM__Path));
  return LV2UI_REQUEST_VALUE_SUCCESS;
}

void face_features(Shown* shown) {
  const uint32_t number = host_map(NULL, LV2_ATOM__Float), whole = host_map(NULL, LV2_ATOM__Int);
  const LV2_Options_Option list[4] = {
      {LV2_OPTIONS_INSTANCE, 0, host_map(NULL, LV2_UI__scaleFactor), 4, number, &shown->options.scale},
      {LV2_OPTIONS_INSTANCE, 0, host_map(NULL, "http://lv2plug.in/ns/ext/parameters#sampleRate"), 4,
       number, &shown->options.rate},
      {LV2_OPTIONS_INSTANCE, 0, host_map(NULL, LV2_UI__backgroundColor), 4, whole,
       &shown->options.background},
      {0}};
  memcpy(shown->list, list, sizeof list);
  static LV2_URID_Map map = {NULL, host_map};
  shown->resize = (LV2UI_Resize){shown, resize};
  shown->touch = (LV2UI_Touch){shown, touch};
  shown->request = (LV2UI_Request_Value){shown, request};
  const LV2_Feature offers[6] = {{LV2_URID__map, &map},
                                 {LV2_UI__parent, (void*)shown->parent},
                                 {LV2_OPTIONS__options, shown->list},
                                 {LV2_UI__resize, &shown->resize},
                                 {LV2_UI__touch, &shown->touch},
                                 {LV2_UI__requestValue, &shown->request}};
  memcpy(shown->offers, offers, sizeof offers);
  for (int index = 0; index < 6; ++index) shown->features[index] = &shown->offers[index];
  shown->features[6] = NULL;
}

void face_write(LV2UI_Controller controller, uint32_t port, uint32_t size, uint32_t protocol,
                const void* buffer) {
  Shown* shown = controller;
  face_send(port, size, buffer);
  if (protocol == 0 && size == sizeof(float)) {
    printf("set %d %u %g\n", shown->number, port, *(const float*)buffer);
    return;
  }
  if (protocol != host_map(NULL, LV2_ATOM__eventTransfer)) exit(7);
  const LV2_Atom_Object* object = buffer;
  if (size != lv2_atom_total_size(&object->atom) || object->atom.type != host_map(NULL, LV2_ATOM__Object))
    exit(7);
  const LV2_Atom *property = NULL, *value = NULL;
  lv2_atom_object_get(object, host_map(NULL, LV2_PATCH__property), &property,
                      host_map(NULL, LV2_PATCH__value), &value, 0);
  const uint32_t key = property ? ((const LV2_Atom_URID*)property)->body : 0;
  if (object->body.otype == host_map(NULL, LV2_PATCH__Get)) printf("get %d %u\n", shown->number, port);
  else if (value) printf("patch %d %u %s %s\n", shown->number, port,
                         key == host_map(NULL, "urn:divisi:a_score") ? "score" : "model",
                         (const char*)LV2_ATOM_BODY_CONST(value));
}

void face_value(Shown* shown, const char* rest) {
  unsigned port;
  float value;
  if (sscanf(rest, "%u %f", &port, &value) != 2) exit(3);
  shown->descriptor->port_event(shown->handle, port, sizeof value, 0, &value);
}

void face_text(Shown* shown, const char* rest) {
  unsigned port;
  char property[128], type[16], text[4096], uri[64];
  if (sscanf(rest, "%u %127s %15s %4095[^\n]", &port, property, type, text) != 4) exit(3);
  snprintf(uri, sizeof uri, LV2_ATOM_PREFIX "%s", type);
  const uint32_t size = strlen(text) + 1;
  struct { LV2_Atom_Object object; LV2_Atom_Property_Body key; uint32_t number, pad;
           LV2_Atom_Property_Body value; char text[4096]; } set = {
      {{0, host_map(NULL, LV2_ATOM__Object)}, {0, host_map(NULL, LV2_PATCH__Set)}},
      {host_map(NULL, LV2_PATCH__property), 0, {4, host_map(NULL, LV2_ATOM__URID)}},
      host_map(NULL, property), 0,
      {host_map(NULL, LV2_PATCH__value), 0, {size, host_map(NULL, uri)}}, ""};
  memcpy(set.text, text, size);
  set.object.atom.size = sizeof set - sizeof set.text - sizeof(LV2_Atom) + size;
  shown->descriptor->port_event(shown->handle, port, lv2_atom_total_size(&set.object.atom),
                                host_map(NULL, LV2_ATOM__eventTransfer), &set);
}
