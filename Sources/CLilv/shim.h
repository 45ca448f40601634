#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/options/options.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <stdarg.h>
#include <stdio.h>

// Calls through a plugin's tables on the audio thread. The compiler cannot see what a plugin does there: its author
// has promised lv2:hardRTCapable.
#define DIVISI_REALTIME __attribute__((swift_attr("@_noLocks")))

static inline DIVISI_REALTIME void host_run(const LV2_Descriptor* plugin, LV2_Handle handle, uint32_t count) {
  plugin->run(handle, count);
}

static inline DIVISI_REALTIME void host_connect_port(
    const LV2_Descriptor* plugin, LV2_Handle handle, uint32_t port, void* memory) {
  plugin->connect_port(handle, port, memory);
}

static inline DIVISI_REALTIME void host_work_response(
    const LV2_Worker_Interface* worker, LV2_Handle handle, uint32_t size, const void* body) {
  if (worker->work_response) worker->work_response(handle, size, body);
}

static inline DIVISI_REALTIME void host_end_run(const LV2_Worker_Interface* worker, LV2_Handle handle) {
  if (worker->end_run) worker->end_run(handle);
}

// Swift cannot define functions with variable arguments: these format a message and hand on text.

/// Where the text of a message goes, with the URID of its kind.
typedef void (*HostLogSink)(void* context, LV2_URID type, const char* text);

/// What an LV2_Log_Handle of these functions points to.
typedef struct {
  HostLogSink sink;
  void* context;
} HostLogTarget;

static inline int host_log_vprintf(LV2_Log_Handle handle, LV2_URID type, const char* format, va_list arguments) {
  const HostLogTarget* target = (const HostLogTarget*)handle;
  char text[1024];
  const int length = vsnprintf(text, sizeof text, format, arguments);
  target->sink(target->context, type, text);
  return length;
}

static inline int host_log_printf(LV2_Log_Handle handle, LV2_URID type, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int length = host_log_vprintf(handle, type, format, arguments);
  va_end(arguments);
  return length;
}

/// The log feature's data for a target, which must outlive it.
static inline LV2_Log_Log host_log_make(HostLogTarget* target) {
  return (LV2_Log_Log){target, host_log_printf, host_log_vprintf};
}
