// The plugin's own window in another program.
#include "face.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int ignore(Display* display, XErrorEvent* error) {
  (void)display, (void)error;
  return 0;
}

/// A window of a name without others in it, below one.
static Window search(Display* display, Window window, const char* name) {
  Window root, parent, *children = NULL, found = 0;
  unsigned count = 0;
  char* text = NULL;
  XWindowAttributes attributes;
  if (!XQueryTree(display, window, &root, &parent, &children, &count)) return 0;
  if (!count && XFetchName(display, window, &text) && text && !strcmp(text, name)
      && XGetWindowAttributes(display, window, &attributes) && attributes.map_state == IsViewable)
    found = window;
  if (text) XFree(text);
  for (unsigned index = 0; index < count && !found; ++index)
    found = search(display, children[index], name);
  if (children) XFree(children);
  return found;
}

/// Closes the other program's window, as people do.
void face_dismiss(Shown* shown) {
  Display* display = shown->stage->display;
  Window root, top, parent = shown->window, *children = NULL;
  unsigned count;
  do {
    top = parent;
    if (!XQueryTree(display, top, &root, &parent, &children, &count)) exit(6);
    if (children) XFree(children);
  } while (parent != root);
  XEvent event = {0};
  event.xclient = (XClientMessageEvent){.type = ClientMessage, .display = display, .window = top,
                                        .format = 32,
                                        .message_type = XInternAtom(display, "WM_PROTOCOLS", False)};
  event.xclient.data.l[0] = XInternAtom(display, "WM_DELETE_WINDOW", False);
  XSendEvent(display, top, False, NoEventMask, &event);
}

/// Waits for a window that another program shows.
void face_await(Stage* stage, Shown* shown, const char* name) {
  shown->stage = stage;
  // Windows come and go meanwhile.
  const XErrorHandler before = XSetErrorHandler(ignore);
  while (!(shown->window = search(stage->display, DefaultRootWindow(stage->display), name)))
    face_wait(20);
  XSetErrorHandler(before);
  printf("found %d\n", shown->number);
}
