#include <mpg123.h>

// Many of its functions are macros, which Swift does not see.
typedef ssize_t mpeg_reading(void* data, void* bytes, size_t count);
typedef off_t mpeg_seeking(void* data, off_t offset, int origin);

// A handle that reads through functions; null if the start of a stream cannot be found. Junk is skipped, however long it is.
static inline mpg123_handle* mpeg_open(void* data, mpeg_reading* read, mpeg_seeking* seek, long more_flags) {
  int error = 0;
  if (mpg123_init() != MPG123_OK) return 0;
  mpg123_handle* handle = mpg123_new(0, &error);
  if (!handle) return 0;
  const long flags = MPG123_FORCE_FLOAT | MPG123_GAPLESS | MPG123_QUIET | MPG123_PICTURE | more_flags;
  mpg123_param(handle, MPG123_REMOVE_FLAGS, MPG123_AUTO_RESAMPLE, 0);
  mpg123_param(handle, MPG123_ADD_FLAGS, flags, 0);
  mpg123_param(handle, MPG123_RESYNC_LIMIT, -1, 0);
  mpg123_replace_reader_handle(handle, read, seek, 0);
  if (mpg123_open_handle(handle, data) == MPG123_OK) return handle;
  mpg123_delete(handle);
  return 0;
}
static inline void mpeg_close(mpg123_handle* handle) {
  mpg123_close(handle);
  mpg123_delete(handle);
}

// Finds the rate and channels of the stream, and keeps to them.
static inline int mpeg_format(mpg123_handle* handle, long* rate, int* channels) {
  int encoding = 0;
  if (mpg123_getformat(handle, rate, channels, &encoding) != MPG123_OK) return 0;
  mpg123_format_none(handle);
  return mpg123_format(handle, *rate, *channels, MPG123_ENC_FLOAT_32) == MPG123_OK;
}

// The next frame without its sound: where it begins, its header, how many bytes it has behind that, and these; 0 at the end.
static inline int mpeg_next_frame(
    mpg123_handle* handle, long long* place, unsigned long* header, unsigned char** body, size_t* count) {
  // What cannot be a frame may stop the library, but not for good.
  for (int tries = 0; tries < 100; tries++) {
    int result = mpg123_framebyframe_next(handle);
    if (result == MPG123_DONE) return 0;
    if (result != MPG123_OK && result != MPG123_NEW_FORMAT) continue;
    if (mpg123_framedata(handle, header, body, count) != MPG123_OK) continue;
    *place = mpg123_framepos(handle);
    return 1;
  }
  return 0;
}
// Samples of each channel in a frame.
static inline int mpeg_frame_length(mpg123_handle* handle) { return mpg123_spf(handle); }
// The length of the sound in samples once all frames have been looked at.
static inline long long mpeg_length(mpg123_handle* handle) {
  return mpg123_scan(handle) == MPG123_OK ? mpg123_length(handle) : -1;
}
