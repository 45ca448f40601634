// Makes and frees instances, or loads and unloads the object, and looks at the memory that stays; or
// keeps all instances, and looks at what they need.
#include "host.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Without what malloc keeps for later: how much that is depends on whether threads met.
static long resident_kilobytes(void) {
  malloc_trim(0);
  FILE* file = fopen("/proc/self/statm", "r");
  long pages = 0;
  if (!file || fscanf(file, "%*d %ld", &pages) != 1) exit(3);
  fclose(file);
  return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void live(const Description* description, const LV2_Descriptor* descriptor, unsigned round,
                 bool keeps) {
  Host* host = host_new(description, descriptor, 44100, round % 2);
  host_activate(host);
  for (unsigned block = 0; block < 4; ++block) {
    host_prepare(host);
    host_fill(host, block * 1024, 1024);
    descriptor->run(host->handle, 1024);
  }
  if (keeps) return;
  host_deactivate(host);
  host_free(host);
}

int main(int count, char** arguments) {
  if (count != 7) {
    fprintf(stderr, "usage: cycles instances|loads|kept OBJECT URI PORTS SCORE COUNT\n");
    return 2;
  }
  const bool loads = !strcmp(arguments[1], "loads"), keeps = !strcmp(arguments[1], "kept");
  const char* object = arguments[2];
  Description description;
  describe(&description, arguments[3], object, arguments[4], arguments[5]);
  const unsigned rounds = (unsigned)atoi(arguments[6]), warm = rounds / 5;
  void* library = loads ? NULL : dlopen(object, RTLD_NOW);
  long before = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    if (round == warm) before = resident_kilobytes();
    if (loads) library = dlopen(object, RTLD_NOW);
    const LV2_Descriptor* descriptor = find(library, description.uri);
    if (!descriptor) return 3;
    live(&description, descriptor, round, keeps);
    if (loads && dlclose(library)) return 5;
  }
  printf("%ld\n", resident_kilobytes() - before);
  return 0;
}
