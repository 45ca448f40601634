#include <math.h>
#include <stdbool.h>
#include <stdint.h>

// What may run on an audio thread: none of it allocates or locks.
#define DIVISI_REALTIME __attribute__((swift_attr("@_noLocks")))

static inline DIVISI_REALTIME float divisi_powf(float base, float exponent) { return powf(base, exponent); }

static inline DIVISI_REALTIME float divisi_sqrtf(float value) { return __builtin_sqrtf(value); }

// Whether the processor and the operating system support AVX2.
static inline bool divisi_has_avx2(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2");
#else
  return false;
#endif
}

// Takes numbers too small for full precision as zero on this thread from now on, and returns what to
// restore.
static inline DIVISI_REALTIME unsigned divisi_flush_denormals(void) {
#if defined(__x86_64__)
  unsigned before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(before | 0x8040);  // FTZ and DAZ
  return before;
#elif defined(__aarch64__)
  uint64_t before;
  __asm__ volatile("mrs %0, fpcr" : "=r"(before));
  __asm__ volatile("msr fpcr, %0" : : "r"(before | (UINT64_C(1) << 24)) : "memory");  // FZ
  return (unsigned)before;
#else
  return 0;
#endif
}

static inline DIVISI_REALTIME void divisi_restore_denormals(unsigned before) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(before);
#elif defined(__aarch64__)
  __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)before) : "memory");
#else
  (void)before;
#endif
}

// Asks for a line of memory that will be read soon; any address will do.
static inline DIVISI_REALTIME void divisi_prefetch(const void *address) {
  __builtin_prefetch(address, 0, 2);
}

// Says that this thread waits for another.
static inline DIVISI_REALTIME void divisi_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
