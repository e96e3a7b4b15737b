// Floods a server on 127.0.0.1: flood stream|dgram PORT SECONDS < BYTES sends the bytes again and again, as fast as it can,
// and forgets what comes back.
#define _GNU_SOURCE
#include "peer.h"
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

static char bytes[1 << 20], replies[1 << 20];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  begin();
  if (argc != 4) errx(2, "usage: flood stream|dgram PORT SECONDS");
  int is_stream = strcmp(argv[1], "stream") == 0;
  double seconds = atof(argv[3]);
  size_t length = 0;
  for (ssize_t n; (n = must(read(0, bytes + length, sizeof bytes - length), "read")) > 0;) length += n;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  signal(SIGPIPE, SIG_IGN);
  int fd = must(socket(AF_INET, is_stream ? SOCK_STREAM : SOCK_DGRAM, 0), "socket");
  must(connect(fd, (struct sockaddr *)&to, sizeof to), "connect");
  pid_t reader = is_stream ? must(fork(), "fork") : 0;
  if (is_stream && reader == 0) {
    while (recv(fd, replies, sizeof replies, 0) > 0);
    return 0;
  }
  for (double end = now() + seconds; now() < end;) {
    for (size_t at = 0; at < length;) {
      ssize_t n = send(fd, bytes + at, length - at, 0);
      if (n < 0 && is_stream) goto over; // the server has closed
      if (n < 0) break;                  // a datagram that the server had no room for
      at += n;
    }
  }
over:
  shutdown(fd, SHUT_WR);
  if (is_stream) waitpid(reader, NULL, 0);
  return 0;
}
