/* The load driver of the benchmarks of messages over unix sockets: one blocking thread.
 *
 *   message_client echo   --address PATH --type seqpacket|datagram --size BYTES --seconds S
 *   message_client sink   ...    sends all the time; the server counts
 *   message_client source ...    receives all the time
 *
 * One JSON line on stdout; "value" is messages, or round trips, per second. A sink answers a message of 1 byte with the
 * number of messages before it, as a native uint64. */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static size_t size = 64;
static double seconds = 1, warmup = 0.2;
static unsigned char message[65536], scratch[65536];
static char own_path[200];
static int fd;

static void die(const char *what) {
  fprintf(stderr, "message_client: error: %s: %s\n", what, strerror(errno));
  if (own_path[0]) unlink(own_path);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void put(const void *bytes, size_t length) {
  if (send(fd, bytes, length, MSG_NOSIGNAL) != (ssize_t)length) die("send");
}

static size_t take(void) {
  ssize_t count = recv(fd, scratch, sizeof scratch, 0);
  if (count < 0) die("recv");
  return (size_t)count;
}

static double echo(double for_seconds) {
  double began = now(), time = began;
  uint64_t trips = 0;
  while ((time = now()) - began < for_seconds)
    for (int i = 0; i < 16; i++, trips++) {
      put(message, size);
      if (take() != size || memcmp(scratch, message, size) != 0) die("the echo differs");
    }
  return (double)trips / (time - began);
}

static double sink(double for_seconds) {
  uint64_t count;
  put(message, 1);
  if (take() != sizeof count) die("no count");
  double began = now();
  uint64_t sent = 0;
  while (now() - began < for_seconds)
    for (int i = 0; i < 64; i++, sent++) put(message, size);
  put(message, 1);
  if (take() != sizeof count) die("no count");
  memcpy(&count, scratch, sizeof count);
  if (count != sent) die("messages are missing");
  return (double)count / (now() - began);
}

static double source(double for_seconds) {
  double began = now(), time = began;
  uint64_t count = 0;
  while ((time = now()) - began < for_seconds)
    for (int i = 0; i < 64; i++, count++)
      if (take() != size) die("a message of another size");
  return (double)count / (time - began);
}

int main(int argc, char **argv) {
  static const struct option options[] = {{"address", 1, 0, 'a'}, {"type", 1, 0, 't'}, {"size", 1, 0, 's'}, {"seconds", 1, 0, 'n'}, {0}};
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int type = SOCK_SEQPACKET;
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == 'a') snprintf(address.sun_path, sizeof address.sun_path, "%s", optarg);
    else if (option == 't') type = strcmp(optarg, "datagram") == 0 ? SOCK_DGRAM : SOCK_SEQPACKET;
    else if (option == 's') size = (size_t)atol(optarg);
    else if (option == 'n') seconds = atof(optarg);
    else return 2;
  }
  if (optind >= argc || size < 2 || size > sizeof message) return 2;
  for (size_t i = 0; i < size; i++) message[i] = (unsigned char)(i * 7);
  fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (type == SOCK_DGRAM) {
    struct sockaddr_un own = {.sun_family = AF_UNIX};
    snprintf(own_path, sizeof own_path, "%.80s.%d", address.sun_path, (int)getpid());
    snprintf(own.sun_path, sizeof own.sun_path, "%.100s", own_path);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0) die("bind");
  }
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
  double (*run)(double) = strcmp(argv[optind], "echo") == 0 ? echo : strcmp(argv[optind], "sink") == 0 ? sink : source;
  run(warmup);
  printf("{\"value\": %.1f}\n", run(seconds));
  if (own_path[0]) unlink(own_path);
  return 0;
}
