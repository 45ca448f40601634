// A library to be preloaded: counts what the audio thread may not do between counter_begin and
// counter_end. Allocation and locks are seen at the C library's functions, system calls at the kernel.
// MAY_POST lets it post semaphores, and wake other threads thereby; MAY_WAKE lets it wake them in any way,
// by system calls, and so does not look at those.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
enum { DISPATCH_ON = 1, ALLOW = 0, BLOCK = 1, MAX_REPORTS = 8, DEPTH = 24 };

extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void* __libc_memalign(size_t, size_t);
extern void __libc_free(void*);

static __thread volatile char selector __attribute__((tls_model("initial-exec")));
static __thread volatile int watching __attribute__((tls_model("initial-exec")));
static __thread volatile long found __attribute__((tls_model("initial-exec")));
static __thread int is_dispatched __attribute__((tls_model("initial-exec")));
static int reports;

static void report(const char* what) {
  if (!watching) return;
  const int before = watching;
  watching = 0;
  selector = ALLOW;
  ++found;
  if (reports++ < MAX_REPORTS) {
    char line[128];
    const int length = snprintf(line, sizeof line, "in run: %s\n", what);
    if (write(2, line, (size_t)length) < 0) abort();
    void* frames[DEPTH];
    backtrace_symbols_fd(frames, backtrace(frames, DEPTH), 2);
  }
  watching = before;
  if (is_dispatched) selector = BLOCK;
}

#ifndef MAY_WAKE
// The call is made again, and let through.
static void handle(int number, siginfo_t* info, void* context) {
  (void)number;
  ucontext_t* state = context;
  char what[64];
  snprintf(what, sizeof what, "system call %d", info->si_syscall);
  selector = ALLOW;
  report(what);
  selector = ALLOW;
#ifdef __x86_64__
  state->uc_mcontext.gregs[REG_RAX] = info->si_syscall;
  state->uc_mcontext.gregs[REG_RIP] -= 2;
#endif
}
#endif

static void dispatch(void) {
#ifdef MAY_WAKE
  is_dispatched = -1;
  return;
#elif defined __x86_64__
  struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};
  sigaction(SIGSYS, &action, NULL);
  is_dispatched = prctl(PR_SET_SYSCALL_USER_DISPATCH, DISPATCH_ON, 0, 0, &selector) ? -1 : 1;
#else
  is_dispatched = -1;
#endif
  if (is_dispatched < 0) fprintf(stderr, "this kernel does not show system calls\n");
}

void counter_begin(void) {
  if (is_dispatched == 0) {
    void* frames[2];
    backtrace(frames, 2);  // loads its library now
    dispatch();
  }
  found = 0;
  watching = 1;
  if (is_dispatched > 0) selector = BLOCK;
}

long counter_end(void) {
  selector = ALLOW;
  watching = 0;
  return found;
}

void* malloc(size_t size) {
  report("malloc");
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  report("calloc");
  return __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  report("realloc");
  return __libc_realloc(memory, size);
}
void free(void* memory) {
  report("free");
  __libc_free(memory);
}
void* memalign(size_t alignment, size_t size) {
  report("memalign");
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  report("aligned_alloc");
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, size_t alignment, size_t size) {
  report("posix_memalign");
  *memory = __libc_memalign(alignment, size);
  return *memory ? 0 : 12;
}

#define WATCH(type, name, parameters, values)                  \
  type name parameters {                                       \
    static type(*next) parameters;                             \
    if (!next) {                                               \
      const int before = watching;                             \
      watching = 0;                                            \
      next = (type(*) parameters)dlsym(RTLD_NEXT, #name);      \
      watching = before;                                       \
    }                                                          \
    report(#name);                                             \
    return next values;                                        \
  }
WATCH(int, pthread_mutex_lock, (pthread_mutex_t* m), (m))
WATCH(int, pthread_mutex_trylock, (pthread_mutex_t* m), (m))
WATCH(int, pthread_mutex_unlock, (pthread_mutex_t* m), (m))
WATCH(int, pthread_rwlock_rdlock, (pthread_rwlock_t* l), (l))
WATCH(int, pthread_rwlock_wrlock, (pthread_rwlock_t* l), (l))
WATCH(int, pthread_spin_lock, (pthread_spinlock_t* l), (l))
WATCH(int, pthread_once, (pthread_once_t* o, void (*f)(void)), (o, f))
WATCH(int, sem_wait, (sem_t* s), (s))
#ifdef MAY_POST
int sem_post(sem_t* semaphore) {
  static int (*next)(sem_t*);
  const int before = watching;
  watching = 0;
  selector = ALLOW;
  if (!next) next = (int (*)(sem_t*))dlsym(RTLD_NEXT, "sem_post");
  const int result = next(semaphore);
  watching = before;
  if (before && is_dispatched > 0) selector = BLOCK;
  return result;
}
#elif !defined MAY_WAKE
WATCH(int, sem_post, (sem_t* s), (s))
#endif
