#include <malloc.h>
#include <stddef.h>

// What malloc and its like are behind their names, which a program may take over (glibc manual,
// "Replacing malloc").
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
