// Prints what KernelDigest.swift finds.
#include <stdint.h>
#include <stdio.h>

uint64_t divisi_kernel_digest(float* memory);

int main(void) {
  static _Alignas(64) float memory[16 * 256];
  printf("%016llx\n", (unsigned long long)divisi_kernel_digest(memory));
  return 0;
}
