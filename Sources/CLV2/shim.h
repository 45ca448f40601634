#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/state/state.h>
#include <lv2/ui/ui.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <math.h>
#include <stdio.h>

// What may run on an audio thread: none of it allocates or locks.
#define DIVISI_REALTIME __attribute__((swift_attr("@_noLocks")))

static inline DIVISI_REALTIME float divisi_log10f(float value) { return log10f(value); }
static inline DIVISI_REALTIME float divisi_exp10f(float value) { return powf(10, value); }

// Swift cannot call variadic functions; without the feature, messages go where LV2's own logger sends them.
static inline void divisi_log(const LV2_Log_Log* log, LV2_URID type, const char* text) {
  if (log && log->printf) log->printf(log->handle, type, "%s\n", text);
  else fprintf(stderr, "%s\n", text);
}
