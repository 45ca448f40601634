#include <stdbool.h>

// Whether the processor and the operating system support AVX2.
static inline bool divisi_has_avx2(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2");
#else
  return false;
#endif
}
