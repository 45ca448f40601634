#include <dlfcn.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libswresample/swresample.h>

// Nothing is linked: the functions are looked up when a recording needs them.
#define LIBAV_FUNCTIONS(DO)                                                                   \
  DO(av_dict_free) DO(av_dict_get) DO(av_dict_set) DO(av_find_best_stream) DO(av_frame_alloc) \
  DO(av_frame_free) DO(av_frame_unref) DO(av_freep) DO(av_log_set_level) DO(av_malloc)        \
  DO(av_packet_alloc) DO(av_packet_free) DO(av_packet_unref) DO(av_read_frame)                \
  DO(avcodec_alloc_context3) DO(avcodec_free_context) DO(avcodec_get_name)                    \
  DO(avcodec_open2) DO(avcodec_parameters_to_context) DO(avcodec_receive_frame)               \
  DO(avcodec_send_packet) DO(avformat_alloc_context) DO(avformat_close_input)                 \
  DO(avformat_find_stream_info) DO(avformat_open_input) DO(avio_alloc_context)                \
  DO(avio_context_free)
#define SWRESAMPLE_FUNCTIONS(DO) \
  DO(swr_alloc_set_opts2) DO(swr_convert) DO(swr_free) DO(swr_init)

#define LIBAV_FIELD(name) __typeof__(&name) name;
struct libav {
  LIBAV_FUNCTIONS(LIBAV_FIELD)
  SWRESAMPLE_FUNCTIONS(LIBAV_FIELD)
};
#undef LIBAV_FIELD

#define LIBAV_TEXT(x) #x
#define LIBAV_VERSION(x) LIBAV_TEXT(x)
// What the loader calls the libraries that the headers belong to, and what Debian calls their packages.
static const char libav_format_file[] = "libavformat.so." LIBAV_VERSION(LIBAVFORMAT_VERSION_MAJOR);
static const char libav_resample_file[] = "libswresample.so." LIBAV_VERSION(LIBSWRESAMPLE_VERSION_MAJOR);
static const char libav_packages[] = "libavformat" LIBAV_VERSION(LIBAVFORMAT_VERSION_MAJOR)
  " and libswresample" LIBAV_VERSION(LIBSWRESAMPLE_VERSION_MAJOR);

// Opens the libraries for good; returns whether all functions are there.
static inline int libav_load(struct libav* functions) {
  void* format = dlopen(libav_format_file, RTLD_NOW | RTLD_LOCAL);
  void* resample = dlopen(libav_resample_file, RTLD_NOW | RTLD_LOCAL);
  if (!format || !resample) return 0;
#define LIBAV_LOAD(name) \
  if (!(functions->name = (__typeof__(&name))dlsym(LIBAV_FROM, #name))) return 0;
#define LIBAV_FROM format
  LIBAV_FUNCTIONS(LIBAV_LOAD)
#undef LIBAV_FROM
#define LIBAV_FROM resample
  SWRESAMPLE_FUNCTIONS(LIBAV_LOAD)
#undef LIBAV_FROM
#undef LIBAV_LOAD
  functions->av_log_set_level(AV_LOG_QUIET);
  return 1;
}

// Swift sees no macros with expressions.
static inline int libav_end(void) { return AVERROR_EOF; }
static inline int libav_again(void) { return AVERROR(EAGAIN); }
static inline int libav_refused(void) { return AVERROR(EPERM); }
static inline int libav_no_stream(void) { return AVERROR_STREAM_NOT_FOUND; }
static inline int libav_no_decoder(void) { return AVERROR_DECODER_NOT_FOUND; }
static inline int64_t libav_no_time(void) { return AV_NOPTS_VALUE; }
