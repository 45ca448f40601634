// From fftw3.h, which belongs to another module.
void fftwf_make_planner_thread_safe(void);
