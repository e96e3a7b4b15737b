/* Ping-pong with calls that block, one process each end:
 *   blocking_pingpong serve tcp|seqpacket PATH            echoes; prints "listening on ADDRESS"
 *   blocking_pingpong drive tcp|seqpacket ADDRESS SECONDS  prints {"value": round trips per second}
 * TCP listens on 127.0.0.1, and its ADDRESS is 127.0.0.1:PORT. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 64 };
static char buffer[65536];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  const int drives = strcmp(argv[1], "drive") == 0, tcp = strcmp(argv[2], "tcp") == 0;
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  if (tcp && drives) in.sin_port = htons((uint16_t)atoi(strchr(argv[3], ':') + 1));
  if (!tcp) snprintf(un.sun_path, sizeof un.sun_path, "%s", argv[3]);
  struct sockaddr *address = tcp ? (struct sockaddr *)&in : (struct sockaddr *)&un;
  socklen_t length = tcp ? sizeof in : sizeof un;
  const int fd = socket(address->sa_family, tcp ? SOCK_STREAM : SOCK_SEQPACKET, 0), on = 1;
  if (drives) {
    if (connect(fd, address, length) < 0) die("connect");
    if (tcp) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const double seconds = atof(argv[4]);
    for (int warm = 1; warm >= 0; warm--) {
      const double began = now(), most = warm ? 0.2 : seconds;
      uint64_t trips = 0;
      while (now() - began < most)
        for (int i = 0; i < 16; i++, trips++) {
          if (send(fd, buffer, SIZE, MSG_NOSIGNAL) != SIZE) die("send");
          if (recv(fd, buffer, sizeof buffer, 0) != SIZE) die("recv");
        }
      if (!warm) printf("{\"value\": %.1f}\n", (double)trips / (now() - began));
    }
    return 0;
  }
  if (!tcp) unlink(argv[3]);
  if (bind(fd, address, length) < 0 || listen(fd, 5) < 0) die("bind");
  if (tcp) {
    getsockname(fd, address, &length);
    printf("listening on 127.0.0.1:%d\n", ntohs(in.sin_port));
  } else printf("listening on %s\n", argv[3]);
  fflush(stdout);
  for (;;) {
    const int conn = accept(fd, NULL, NULL);
    if (tcp) setsockopt(conn, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (ssize_t n; (n = recv(conn, buffer, sizeof buffer, 0)) > 0;) send(conn, buffer, (size_t)n, MSG_NOSIGNAL);
    close(conn);
  }
}
