// What a host offers the plugin's own window: see face.c.
#ifndef FACE_H
#define FACE_H

#include "host.h"

#include <X11/Xlib.h>
#include <lv2/options/options.h>
#include <lv2/ui/ui.h>

enum { MAX_SHOWN = 4 };

typedef struct Stage Stage;

/// A window of the plugin's, in one of the host's.
typedef struct {
  Stage* stage;
  int number;
  const LV2UI_Descriptor* descriptor;
  LV2UI_Handle handle;
  const LV2UI_Idle_Interface* idle;
  Window parent, window;
  struct { float scale, rate; uint32_t background; } options;
  LV2_Options_Option list[4];
  LV2UI_Resize resize;
  LV2UI_Touch touch;
  LV2UI_Request_Value request;
  LV2_Feature offers[6];
  const LV2_Feature* features[7];
} Shown;

struct Stage {
  Display* display;
  Shown shown[MAX_SHOWN];
};

/// Fills in all that a host can offer.
void face_features(Shown* shown);
/// Takes what a window writes to a port.
void face_write(LV2UI_Controller controller, uint32_t port, uint32_t size, uint32_t protocol,
                const void* buffer);
/// Tells a window of a control: "PORT VALUE".
void face_value(Shown* shown, const char* rest);
/// Tells a window of a text that the plugin has set: "PORT PROPERTY TYPE TEXT".
void face_text(Shown* shown, const char* rest);

/// Waits for a window that another program shows, by its name.
void face_await(Stage* stage, Shown* shown, const char* name);
/// Closes the other program's window, as people do.
void face_dismiss(Shown* shown);
void face_wait(long milliseconds);
/// Loads the plugin whose windows are shown: "OBJECT URI PORTS SCORE|- [SOUND]", the sound 32-bit floats in stereo.
void face_load(const char* rest);
void face_unload(void);
/// Passes on what a window writes.
void face_send(uint32_t port, uint32_t size, const void* buffer);
/// Lets it play, in time or as fast as it can, and says a digest of all that has come out since it was loaded.
void face_play(Stage* stage, double seconds, bool in_time);

#endif
