// A JACK library that does not come back: STUCK says from what.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <jack/jack.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void wait_in(const char* call) {
  const char* name = getenv("STUCK");
  while (name && !strcmp(name, call)) pause();
}

jack_client_t* jack_client_open(const char* name, jack_options_t options, jack_status_t* status, ...) {
  wait_in("open");
  jack_client_t* (*next)(const char*, jack_options_t, jack_status_t*, ...) =
      (jack_client_t * (*)(const char*, jack_options_t, jack_status_t*, ...)) dlsym(RTLD_NEXT, "jack_client_open");
  return next(name, options, status);
}

int jack_deactivate(jack_client_t* client) {
  wait_in("deactivate");
  int (*next)(jack_client_t*) = (int (*)(jack_client_t*))dlsym(RTLD_NEXT, "jack_deactivate");
  return next(client);
}

int jack_client_close(jack_client_t* client) {
  wait_in("close");
  int (*next)(jack_client_t*) = (int (*)(jack_client_t*))dlsym(RTLD_NEXT, "jack_client_close");
  return next(client);
}
