// What the C ends of the tests have in common.
#include <err.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

// Answers are lines, and no peer outlives its test for long.
static inline void begin(void) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  alarm(60);
}

static inline int must(int result, const char *call) {
  if (result < 0) err(1, "%s", call);
  return result;
}

static inline void set(int fd, int level, int name) {
  int on = 1;
  must(setsockopt(fd, level, name, &on, sizeof on), "setsockopt");
}
