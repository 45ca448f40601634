#include <serd/serd.h>
#include <stdio.h>

// Swift cannot pass on a va_list that lives behind a pointer.
static inline int divisi_serd_error_message(const SerdError* error, char* text, size_t size) {
  return vsnprintf(text, size, error->fmt, *error->args);
}
