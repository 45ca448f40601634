#include <fftw3.h>

// What of FFTW may run on an audio thread: executing a plan neither allocates nor locks.
#define DIVISI_REALTIME __attribute__((swift_attr("@_noLocks")))

static inline DIVISI_REALTIME void divisi_forward(const fftwf_plan plan, float *time, fftwf_complex *spectrum) {
  fftwf_execute_dft_r2c(plan, time, spectrum);
}

static inline DIVISI_REALTIME void divisi_inverse(const fftwf_plan plan, fftwf_complex *spectrum, float *time) {
  fftwf_execute_dft_c2r(plan, spectrum, time);
}
