// Whether the shim takes numbers too small for full precision as zero, and leaves arithmetic as it was.
#include <stdio.h>

#include "shim.h"

// Not inlined: a compiler may otherwise move arithmetic to where the mode is another.
__attribute__((noinline)) static int is_zero(volatile float* value, float factor) { return *value * factor == 0; }

static int failures = 0;

static void expect(int is_true, const char* what) {
  if (is_true) return;
  printf("not so: %s\n", what);
  failures++;
}

int main(void) {
  volatile float small = 0x1p-140f, least = 0x1p-126f;
  expect(!is_zero(&small, 2), "denormals count at first");
  unsigned before = divisi_flush_denormals();
  expect(is_zero(&small, 2), "a denormal operand is zero");
  expect(is_zero(&least, 0.5f), "a denormal result is zero");
  expect(!is_zero(&least, 2), "other numbers are what they were");
  unsigned inner = divisi_flush_denormals();
  divisi_restore_denormals(inner);
  expect(is_zero(&small, 2), "an inner pair restores what it found");
  divisi_restore_denormals(before);
  expect(!is_zero(&small, 2), "denormals count again");
  expect(!divisi_has_avx2(), "no AVX2");
  divisi_pause();
  divisi_prefetch(&failures);
  return failures;
}
