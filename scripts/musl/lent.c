/* The functions of glibc that Debian's libstdc++ and libgcc_s need when they run with musl. */
#define _GNU_SOURCE
#include <locale.h>
#include <stddef.h>
#include <sys/random.h>
#include <time.h>

char __libc_single_threaded = 0;
struct { unsigned int vendor, type, subtype, features[1]; } __cpu_model;

int __cpu_indicator_init(void) { return 0; }

/* Destructors of thread-local objects do not run: the threads live as long as the program. */
int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object, void *library) { return 0; }

/* Not found: the unwinder then asks dl_iterate_phdr(3). */
int _dl_find_object(void *address, void *result) { return -1; }

unsigned int arc4random(void) {
  unsigned int value = 0;
  getrandom(&value, sizeof value, 0);
  return value;
}

size_t __strftime_l(char *text, size_t size, const char *format, const struct tm *time, locale_t locale) {
  return strftime_l(text, size, format, time, locale);
}
