/* Bulk transfer over TCP: the far end of the sendFile and relay rows.
 *
 *   bulk sink                       takes and drops all that comes, and closes each connection when its peer has ended
 *   bulk push --address A --seconds S [--connections N]
 *                                   pushes for so long, then waits until the sink has taken all; "value" is MiB/s
 *   bulk file --address A --path P  sends the file by sendfile(2), and waits likewise */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *drain(void *argument) {
  const int fd = (int)(intptr_t)argument;
  /* With MSG_TRUNC the kernel drops the bytes without copying them: the sink takes no time of its own. */
  while (recv(fd, NULL, 1 << 20, MSG_TRUNC) > 0) continue;
  close(fd);
  return NULL;
}

static void sink(void) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 16) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    const int fd = accept(listener, NULL, NULL);
    pthread_t thread;
    if (fd < 0 || pthread_create(&thread, NULL, drain, (void *)(intptr_t)fd) != 0) die("accept");
    pthread_detach(thread);
  }
}

static char host[64], path[4096];
static int port = 0, connections = 1;
static double seconds = 1;

static int connect_sink(void) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) die("inet_pton");
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
  return fd;
}

static void end(int fd) {
  char byte;
  shutdown(fd, SHUT_WR);
  if (recv(fd, &byte, 1, 0) != 0) die("the sink did not end");
}

static void *push(void *total) {
  /* Out of the kernel's own pages, without a copy: the pusher takes as little time as the sink. */
  const size_t size = 1 << 20;
  const int file = memfd_create("bulk", 0);
  char *chunk = malloc(size);
  memset(chunk, 'x', size);
  if (file < 0 || write(file, chunk, size) != (ssize_t)size) die("memfd");
  const int fd = connect_sink();
  for (const double until = now() + seconds; now() < until;) {
    off_t offset = 0;
    const ssize_t n = sendfile(fd, file, &offset, size);
    if (n < 0) die("sendfile");
    *(double *)total += (double)n;
  }
  end(fd);
  return NULL;
}

static void send_file(void) {
  const int file = open(path, O_RDONLY), fd = connect_sink();
  double total = 0;
  const double began = now();
  if (file < 0) die(path);
  for (ssize_t n; (n = sendfile(fd, file, NULL, 1 << 30)) != 0; total += (double)n)
    if (n < 0) die("sendfile");
  end(fd);
  printf("{\"value\": %.1f}\n", total / (now() - began) / (1 << 20));
}

static void push_all(void) {
  pthread_t threads[64];
  double totals[64] = {0}, total = 0;
  const double began = now();
  if (connections < 1 || connections > 64) die("connections");
  for (int i = 0; i < connections; i++)
    if (pthread_create(&threads[i], NULL, push, &totals[i]) != 0) die("pthread_create");
  for (int i = 0; i < connections; i++) {
    pthread_join(threads[i], NULL);
    total += totals[i];
  }
  printf("{\"value\": %.1f}\n", total / (now() - began) / (1 << 20));
}

int main(int count, char **arguments) {
  for (int i = 2; i + 1 < count; i += 2) {
    if (strcmp(arguments[i], "--address") == 0) sscanf(arguments[i + 1], "%63[^:]:%d", host, &port);
    if (strcmp(arguments[i], "--path") == 0) snprintf(path, sizeof path, "%s", arguments[i + 1]);
    if (strcmp(arguments[i], "--seconds") == 0) seconds = atof(arguments[i + 1]);
    if (strcmp(arguments[i], "--connections") == 0) connections = atoi(arguments[i + 1]);
  }
  if (count > 1 && strcmp(arguments[1], "sink") == 0) sink();
  if (count > 1 && strcmp(arguments[1], "push") == 0) return push_all(), 0;
  if (count > 1 && strcmp(arguments[1], "file") == 0) return send_file(), 0;
  return fputs("usage: bulk sink | bulk push --address A --seconds S [--connections N] | bulk file --address A --path P\n", stderr), 2;
}
