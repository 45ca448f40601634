// Separates a recording through the C library, as `divisi separate --residual --format wav-float` does:
//   separate MIX.wav SCORE PRESET FOLDER [OPTION=VALUE ...]
// writes FOLDER/<part>.f32: the samples of each channel one after the other. MIX is 32-bit floating point without other chunks
// than those that Divisi writes. With the option twice=, two threads separate at once, and must agree.
#include <divisi.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
  const divisi_audio *audio;
  const divisi_score *score;
  const divisi_options *options;
  int calls;
  divisi_result *result;
};

static void fail(divisi_error *error) {
  fprintf(stderr, "%d: %s\n", divisi_error_code(error), divisi_error_text(error));
  divisi_error_free(error);
  exit(1);
}

static int32_t count(double fraction, void *data) {
  if (fraction < 0 || fraction > 1) abort();
  ++*(int *)data;
  return 0;
}

static void *run(void *data) {
  struct job *job = data;
  divisi_error *error = NULL;
  job->result = divisi_separate(job->audio, job->score, job->options, count, &job->calls, &error);
  if (!job->result) fail(error);
  return NULL;
}

// The samples of a WAV file, interleaved.
static float *read_wav(const char *path, uint32_t *rate, uint16_t *channels, size_t *samples) {
  FILE *file = fopen(path, "rb");
  if (!file) exit(2);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  unsigned char *bytes = malloc(size);
  rewind(file);
  if (fread(bytes, 1, size, file) != (size_t)size) exit(2);
  fclose(file);
  float *values = NULL;
  for (long at = 12; at + 8 <= size;) {
    uint32_t length;
    memcpy(&length, bytes + at + 4, 4);
    if (!memcmp(bytes + at, "fmt ", 4)) {
      memcpy(channels, bytes + at + 10, 2);
      memcpy(rate, bytes + at + 12, 4);
    } else if (!memcmp(bytes + at, "data", 4)) {
      values = malloc(length);
      memcpy(values, bytes + at + 8, length);
      *samples = length / 4 / *channels;
    }
    at += 8 + length + length % 2;
  }
  free(bytes);
  return values;
}

int main(int argc, char **argv) {
  if (argc < 5 || divisi_abi_version() != DIVISI_ABI_VERSION) return 2;
  uint32_t rate = 0;
  uint16_t channels = 0;
  size_t samples = 0;
  float *values = read_wav(argv[1], &rate, &channels, &samples);
  const float *starts[64];
  for (int channel = 0; channel < channels; ++channel) starts[channel] = values + channel;
  divisi_audio audio = {starts, channels, samples, channels, rate};

  divisi_error *error = NULL;
  divisi_score *score = divisi_score_read(argv[2], NULL, &error);
  if (!score) fail(error);
  divisi_options *options = divisi_options_new();
  divisi_options_set(options, "preset", argv[3]);
  divisi_options_set(options, "residual", "true");
  int threads = 1;
  for (int index = 5; index < argc; ++index) {
    char *value = strchr(argv[index], '=');
    *value++ = 0;
    if (!strcmp(argv[index], "twice")) threads = 2;
    else divisi_options_set(options, argv[index], value);
  }

  struct job jobs[2] = {{&audio, score, options, 0, NULL}, {&audio, score, options, 0, NULL}};
  pthread_t other;
  if (threads == 2) pthread_create(&other, NULL, run, &jobs[1]);
  run(&jobs[0]);
  if (threads == 2) pthread_join(other, NULL);
  if (jobs[0].calls == 0) return 3;

  divisi_result *result = jobs[0].result;
  for (size_t part = 0; part < divisi_result_count(result); ++part) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.f32", argv[4], divisi_result_name(result, part));
    FILE *file = fopen(path, "wb");
    if (!file) return 2;
    for (int channel = 0; channel < channels; ++channel) {
      const float *found = divisi_result_samples(result, part, channel);
      if (fwrite(found, 4, samples, file) != samples) return 2;
      if (threads == 2
          && memcmp(found, divisi_result_samples(jobs[1].result, part, channel), 4 * samples)) return 4;
    }
    fclose(file);
  }
  for (size_t index = 0; divisi_result_warning(result, index); ++index)
    printf("%s\n", divisi_result_warning(result, index));

  for (int index = 0; index < threads; ++index) divisi_result_free(jobs[index].result);
  divisi_options_free(options);
  divisi_score_free(score);
  free(values);
  return 0;
}
