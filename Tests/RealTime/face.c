// Shows the plugin's own windows as a host does, with the plugin or without it: a script on the standard input says what the host and
// its user do, a line for each; what the windows have to say is written to the standard output.
//
//   open N URI WIDTH HEIGHT SCALE [dark]   close N   orphan N (its parent goes first)   resize N WIDTH HEIGHT
//   value N PORT VALUE   text N PORT PROPERTY TYPE TEXT   press|release|move|wheel N X Y BUTTON [shift]
//   key N KEYSYM [shift]   drop N FILE-URI   paste N TEXT   hide N   show N   idle COUNT   wait MILLISECONDS   memory
//   await N NAME (another program's)   dismiss N   picture N FILE   count N RRGGBB [LEAST [MOST]]   load 0 OBJECT URI PORTS SCORE|- [SOUND]   play|render SECONDS
#include "face.h"

#include <X11/Xutil.h>
#include <cairo/cairo.h>
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const LV2UI_Descriptor* find_face(void* library, const char* plugin) {
  char uri[256];
  snprintf(uri, sizeof uri, "%s#face", plugin);
  LV2UI_DescriptorFunction function =
      library ? (LV2UI_DescriptorFunction)dlsym(library, "lv2ui_descriptor") : NULL;
  for (uint32_t index = 0; function; ++index) {
    const LV2UI_Descriptor* descriptor = function(index);
    if (!descriptor || !strcmp(descriptor->URI, uri)) return descriptor;
  }
  return NULL;
}

static void open_face(Stage* stage, void* library, const char* bundle, int number, const char* rest) {
  char uri[128], shade[16] = "";
  int width, height;
  float scale;
  if (sscanf(rest, "%127s %d %d %f %15s", uri, &width, &height, &scale, shade) < 4) exit(3);
  Shown* shown = &stage->shown[number];
  shown->stage = stage;
  shown->number = number;
  shown->descriptor = find_face(library, uri);
  if (!shown->descriptor) exit(4);
  const int screen = DefaultScreen(stage->display);
  shown->parent = XCreateSimpleWindow(stage->display, DefaultRootWindow(stage->display), 0, 0, width,
                                      height, 0, 0, WhitePixel(stage->display, screen));
  XMapWindow(stage->display, shown->parent);
  XSync(stage->display, False);
  shown->options.scale = scale;
  shown->options.rate = 44100;
  shown->options.background = strcmp(shade, "dark") ? 0xF0F0F0FF : 0x202020FF;
  face_features(shown);
  shown->handle = shown->descriptor->instantiate(shown->descriptor, uri, bundle, face_write, shown,
                                                 (LV2UI_Widget*)&shown->window, shown->features);
  if (!shown->handle) exit(5);
  shown->idle = shown->descriptor->extension_data(LV2_UI__idleInterface);
}

static void close_face(Shown* shown, bool parent_first) {
  if (parent_first) {
    XDestroyWindow(shown->stage->display, shown->parent);
    XSync(shown->stage->display, False);
    shown->idle->idle(shown->handle);
  }
  shown->descriptor->cleanup(shown->handle);
  if (!parent_first) XDestroyWindow(shown->stage->display, shown->parent);
  XSync(shown->stage->display, False);
  memset(shown, 0, sizeof *shown);
}

static void point(Shown* shown, const char* word, const char* rest) {
  int x, y, button = 1;
  char shift[8] = "";
  if (sscanf(rest, "%d %d %d %7s", &x, &y, &button, shift) < 2) exit(3);
  XEvent event = {0};
  const unsigned state = *shift ? ShiftMask : 0;
  event.xbutton = (XButtonEvent){.type = ButtonPress, .display = shown->stage->display,
                                 .window = shown->window, .x = x, .y = y, .same_screen = True,
                                 .state = state, .button = button};
  long mask = ButtonPressMask;
  if (!strcmp(word, "release")) event.type = ButtonRelease, mask = ButtonReleaseMask;
  if (!strcmp(word, "move")) {
    mask = Button1MotionMask;
    event.xmotion = (XMotionEvent){.type = MotionNotify, .display = shown->stage->display,
                                   .window = shown->window, .x = x, .y = y, .same_screen = True,
                                   .state = state | Button1Mask};
  }
  XSendEvent(shown->stage->display, shown->window, False, mask, &event);
}

static void press_key(Shown* shown, const char* rest) {
  char name[32], shift[8] = "";
  if (sscanf(rest, "%31s %7s", name, shift) < 1) exit(3);
  Display* display = shown->stage->display;
  const KeyCode code = XKeysymToKeycode(display, XStringToKeysym(name));
  if (!code) exit(3);
  XEvent event = {0};
  event.xkey = (XKeyEvent){.type = KeyPress, .display = display, .window = shown->window,
                           .same_screen = True, .keycode = code, .state = *shift ? ShiftMask : 0};
  XSendEvent(display, shown->window, False, KeyPressMask, &event);
}

#define ATOM(name) XInternAtom(display, name, False)

/// Takes what the window has to say to another: its answers, and its question for what there is to be had.
///
/// @return whether it has taken files that were dropped.
static bool converse(Shown* shown, const char* text) {
  Display* display = shown->stage->display;
  bool is_taken = false;
  XSync(display, False);
  shown->idle->idle(shown->handle);
  XSync(display, False);
  while (XPending(display)) {
    XEvent event;
    XNextEvent(display, &event);
    if (event.type == SelectionRequest) {
      XSelectionRequestEvent asked = event.xselectionrequest;
      XChangeProperty(display, asked.requestor, asked.property, asked.target, 8, PropModeReplace,
                      (const unsigned char*)text, strlen(text));
      XEvent answer = {0};
      answer.xselection = (XSelectionEvent){.type = SelectionNotify, .display = display,
                                            .requestor = asked.requestor, .selection = asked.selection,
                                            .target = asked.target, .property = asked.property};
      XSendEvent(display, asked.requestor, False, NoEventMask, &answer);
      XSync(display, False);
      shown->idle->idle(shown->handle);
      XSync(display, False);
    } else if (event.type == ClientMessage && event.xclient.message_type == ATOM("XdndFinished")) {
      is_taken = event.xclient.data.l[1] & 1;
    }
  }
  return is_taken;
}

/// Brings a file as a file manager does, and has the window take it.
static void drop(Shown* shown, const char* uri) {
  Display* display = shown->stage->display;
  const Window source = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0);
  XSetSelectionOwner(display, ATOM("XdndSelection"), source, CurrentTime);
  const char* const words[] = {"XdndEnter", "XdndPosition", "XdndDrop"};
  bool is_taken = false;
  for (int step = 0; step < 3; ++step) {
    XEvent event = {0};
    event.xclient = (XClientMessageEvent){.type = ClientMessage, .display = display,
                                          .window = shown->window, .format = 32,
                                          .message_type = ATOM(words[step])};
    event.xclient.data.l[0] = source;
    if (step == 0) event.xclient.data.l[1] = 5L << 24, event.xclient.data.l[2] = ATOM("text/uri-list");
    XSendEvent(display, shown->window, False, NoEventMask, &event);
    is_taken |= converse(shown, uri);
  }
  printf("dropped %d %d\n", shown->number, is_taken);
  XDestroyWindow(display, source);
}

/// Has something in the clipboard, and presses Control and V.
static void paste(Shown* shown, const char* text) {
  Display* display = shown->stage->display;
  const Window source = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 1, 1, 0, 0, 0);
  XSetSelectionOwner(display, ATOM("CLIPBOARD"), source, CurrentTime);
  XEvent event = {0};
  event.xkey = (XKeyEvent){.type = KeyPress, .display = display, .window = shown->window,
                           .same_screen = True, .state = ControlMask,
                           .keycode = XKeysymToKeycode(display, XStringToKeysym("v"))};
  XSendEvent(display, shown->window, False, KeyPressMask, &event);
  converse(shown, text);
  XDestroyWindow(display, source);
}

void face_wait(long milliseconds) {
  const struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&pause, NULL);
}

/// What is on the screen; nothing where another program's window is hidden or partly outside the screen at this moment.
static XImage* pixels(Shown* shown) {
  Display* display = shown->stage->display;
  XWindowAttributes attributes;
  Window child;
  int x, y;
  XImage* image = NULL;
  // Nothing moves between the question and the picture.
  XGrabServer(display);
  XGetWindowAttributes(display, shown->window, &attributes);
  XTranslateCoordinates(display, shown->window, attributes.root, 0, 0, &x, &y, &child);
  if (attributes.map_state == IsViewable && x >= 0 && y >= 0
      && x + attributes.width <= WidthOfScreen(attributes.screen)
      && y + attributes.height <= HeightOfScreen(attributes.screen))
    image = XGetImage(display, shown->window, 0, 0, attributes.width, attributes.height, AllPlanes,
                      ZPixmap);
  XUngrabServer(display);
  XFlush(display);
  if (image && image->bits_per_pixel != 32) exit(6);
  return image;
}

static void picture(Shown* shown, const char* path) {
  XImage* image = pixels(shown);
  if (!image) exit(6);
  cairo_surface_t* surface = cairo_image_surface_create_for_data(
      (unsigned char*)image->data, CAIRO_FORMAT_RGB24, image->width, image->height,
      image->bytes_per_line);
  if (cairo_surface_write_to_png(surface, path)) exit(6);
  cairo_surface_destroy(surface);
  XDestroyImage(image);
}

/// How many pixels have a colour, or nearly so; -1 where there is no picture.
static long count_pixels(Shown* shown, unsigned long wanted) {
  XImage* image = pixels(shown);
  if (!image) return -1;
  long count = 0;
  for (int y = 0; y < image->height; ++y)
    for (int x = 0; x < image->width; ++x) {
      const unsigned long pixel = XGetPixel(image, x, y);
      bool is_near = true;
      for (int shift = 0; shift < 24; shift += 8)
        is_near &= labs((long)(pixel >> shift & 255) - (long)(wanted >> shift & 255)) <= 2;
      count += is_near;
    }
  XDestroyImage(image);
  return count;
}

/// Counts pixels, once there is a picture: "RRGGBB"; or waits until there are so many: "RRGGBB LEAST [MOST]".
static void count(Shown* shown, const char* rest) {
  unsigned colour;
  long least = 0, most = 1 << 30, found;
  if (sscanf(rest, "%x %ld %ld", &colour, &least, &most) < 1) exit(3);
  while ((found = count_pixels(shown, colour)) < least || found > most) face_wait(20);
  printf("pixels %d %ld\n", shown->number, found);
}

/// Kilobytes that are in use.
static long memory(void) {
  const struct mallinfo2 info = mallinfo2();
  return (long)((info.uordblks + info.hblkhd) / 1024);
}

static void idle(Stage* stage, int count) {
  XSync(stage->display, False);
  for (int turn = 0; turn < count; ++turn)
    for (int number = 0; number < MAX_SHOWN; ++number)
      if (stage->shown[number].handle) stage->shown[number].idle->idle(stage->shown[number].handle);
}

int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 3;
  char bundle[512], line[8192], word[16], rest[8192];
  snprintf(bundle, sizeof bundle, "%s", arguments[1]);
  char* slash = strrchr(bundle, '/');
  if (slash) slash[1] = 0;
  void* library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
  if (!library) return fprintf(stderr, "%s\n", dlerror()), 4;
  static Stage stage;
  stage.display = XOpenDisplay(NULL);
  if (!stage.display) return 5;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (fgets(line, sizeof line, stdin)) {
    int number = 0;
    *rest = 0;
    if (sscanf(line, "%15s %d %8191[^\n]", word, &number, rest) < 1) continue;
    Shown* shown = &stage.shown[number >= 0 && number < MAX_SHOWN ? number : 0];
    if (!strcmp(word, "open")) open_face(&stage, library, bundle, number, rest);
    else if (!strcmp(word, "close")) close_face(shown, false);
    else if (!strcmp(word, "orphan")) close_face(shown, true);
    else if (!strcmp(word, "await")) face_await(&stage, shown, rest);
    else if (!strcmp(word, "dismiss")) face_dismiss(shown);
    else if (!strcmp(word, "key")) press_key(shown, rest);
    else if (!strcmp(word, "drop")) drop(shown, rest);
    else if (!strcmp(word, "paste")) paste(shown, rest);
    else if (!strcmp(word, "picture")) picture(shown, rest);
    else if (!strcmp(word, "count")) count(shown, rest);
    else if (!strcmp(word, "idle")) idle(&stage, number);
    else if (!strcmp(word, "wait")) face_wait(number);
    else if (!strcmp(word, "memory")) printf("memory %ld\n", memory());
    else if (!strcmp(word, "hide")) XUnmapWindow(stage.display, shown->parent);
    else if (!strcmp(word, "show")) XMapRaised(stage.display, shown->parent);
    else if (!strcmp(word, "value")) face_value(shown, rest);
    else if (!strcmp(word, "text")) face_text(shown, rest);
    else if (!strcmp(word, "load")) face_load(rest);
    else if (!strcmp(word, "play")) face_play(&stage, number, true);
    else if (!strcmp(word, "render")) face_play(&stage, number, false);
    else if (!strcmp(word, "resize")) {
      int width, height;
      if (sscanf(rest, "%d %d", &width, &height) != 2) return 3;
      XResizeWindow(stage.display, shown->window, width, height);
    } else point(shown, word, rest);
    XSync(stage.display, False);
  }
  for (int number = 0; number < MAX_SHOWN; ++number)
    if (stage.shown[number].handle) close_face(&stage.shown[number], false);
  face_unload();
  XCloseDisplay(stage.display);
  return 0;
}
