// Eight threads make instances at once, at first with nothing made before, then beside somebody else
// who plans with FFTW. All hear the same.
#include "host.h"

#include <dlfcn.h>
#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 8, ROUNDS = 6 };

static Description description;
static const LV2_Descriptor* descriptor;
static pthread_barrier_t barrier;
static atomic_bool ending;
static uint64_t sums[THREADS];

static uint64_t listen(void) {
  Host* host = host_new(&description, descriptor, 44100, false);
  host_activate(host);
  uint64_t sum = 14695981039346656037u;
  for (unsigned block = 0; block < 30; ++block) {
    host_prepare(host);
    host_fill(host, block * 1024, 1024);
    descriptor->run(host->handle, 1024);
    for (int index = 0; index < host->port_count; ++index) {
      if (!host->audio[index] || host->ports[index].is_input) continue;
      for (unsigned n = 0; n < 1024; ++n) {
        uint32_t bits;
        memcpy(&bits, &host->audio[index][n], sizeof bits);
        sum = (sum ^ bits) * 1099511628211u;
      }
    }
  }
  host_deactivate(host);
  host_free(host);
  return sum;
}

static void* make(void* context) {
  for (unsigned round = 0; round < ROUNDS; ++round) {
    pthread_barrier_wait(&barrier);
    uint64_t sum = listen();
    uint64_t* own = context;
    if (round && *own != sum) *own = 0;
    if (!round) *own = sum;
  }
  return NULL;
}

static void* plan(void* context) {
  unsigned length = 0;
  while (!atomic_load(&ending)) {
    length = length % 3000 + 7;
    float* samples = fftwf_alloc_real(length);
    fftwf_complex* bins = fftwf_alloc_complex(length);
    fftwf_plan plan = fftwf_plan_dft_r2c_1d((int)length, samples, bins, FFTW_ESTIMATE);
    if (!plan) abort();
    memset(samples, 0, length * sizeof(float));
    fftwf_execute(plan);
    fftwf_destroy_plan(plan);
    fftwf_free(samples);
    fftwf_free(bins);
    ++*(unsigned*)context;
  }
  return NULL;
}

static void all(void) {
  pthread_t threads[THREADS];
  for (unsigned n = 0; n < THREADS; ++n) pthread_create(&threads[n], NULL, make, &sums[n]);
  for (unsigned n = 0; n < THREADS; ++n) pthread_join(threads[n], NULL);
}

int main(int count, char** arguments) {
  if (count != 5) {
    fprintf(stderr, "usage: threads OBJECT URI PORTS SCORE\n");
    return 2;
  }
  describe(&description, arguments[2], arguments[1], arguments[3], arguments[4]);
  descriptor = find(dlopen(arguments[1], RTLD_NOW), arguments[2]);
  if (!descriptor) return 3;
  pthread_barrier_init(&barrier, NULL, THREADS);
  all();
  const uint64_t first = sums[0];
  unsigned plans = 0;
  pthread_t planner;
  pthread_create(&planner, NULL, plan, &plans);
  all();
  atomic_store(&ending, true);
  pthread_join(planner, NULL);
  unsigned equal = 0;
  for (unsigned n = 0; n < THREADS; ++n) equal += sums[n] == first && first;
  printf("equal %u, plans %u\n", equal, plans);
  return equal == THREADS && plans ? 0 : 1;
}
