#include <fftw3.h>

// What of FFTW may run on an audio thread: executing a plan neither allocates nor locks.
#define DIVISI_REALTIME __attribute__((swift_attr("@_noLocks")))

static inline DIVISI_REALTIME void divisi_transform(const fftwf_plan plan, fftwf_complex *input, fftwf_complex *output) {
  fftwf_execute_dft(plan, input, output);
}
