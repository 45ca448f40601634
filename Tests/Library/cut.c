// The samples of a WAV file of 32-bit floating point, planar: cut FILE > SAMPLES; or its first ones, as a file: cut FILE COUNT > WAV.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv) {
  FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  if (!file) return 2;
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  unsigned char *bytes = malloc(size);
  rewind(file);
  if (fread(bytes, 1, size, file) != (size_t)size) return 2;
  uint16_t channels = 0;
  for (long at = 12; at + 8 <= size;) {
    uint32_t length;
    memcpy(&length, bytes + at + 4, 4);
    if (!memcmp(bytes + at, "fmt ", 4)) memcpy(&channels, bytes + at + 10, 2);
    if (!memcmp(bytes + at, "data", 4)) {
      uint32_t samples = length / 4 / channels;
      if (argc > 2) {
        uint32_t shorter = (uint32_t)atol(argv[2]) * channels * 4, whole = (uint32_t)at + shorter;
        memcpy(bytes + 4, &whole, 4);
        memcpy(bytes + at + 4, &shorter, 4);
        size_t count = at + 8 + (size_t)shorter;
        return fwrite(bytes, 1, count, stdout) == count ? 0 : 2;
      }
      for (uint16_t channel = 0; channel < channels; ++channel)
        for (uint32_t sample = 0; sample < samples; ++sample)
          fwrite(bytes + at + 8 + 4 * (sample * channels + channel), 4, 1, stdout);
      free(bytes);
      return fclose(file);
    }
    at += 8 + length + length % 2;
  }
  return 2;
}
