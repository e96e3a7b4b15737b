/* The load driver and the C peer of the UDP ping-pong.
 *
 *   udp ping --address A --seconds S [--size BYTES]   one outstanding datagram; "value" is round trips per second
 *   udp echo                                          sends everything back
 *   udp push --address A --seconds S [--size BYTES] [--batch N]
 *                                                     sends to udp_sink.ts, N by one sendmmsg(2); "value" is what arrived */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void echo(void) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind");
  getsockname(fd, (struct sockaddr *)&address, &length);
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  static char buffer[65536];
  for (;;) {
    struct sockaddr_in from;
    length = sizeof from;
    ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
    if (n >= 0) sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&from, length);
  }
}

static char out[65536], in[65536];

static int connect_to(const char *host, int port) {
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct timeval patience = {.tv_sec = 1};
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) die("inet_pton");
  if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) die("connect");
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}

/* The bytes that the sink has counted since it was asked before. */
static double ask(int fd) {
  for (int i = 0; i < 20; i++) {
    if (send(fd, out, 1, 0) < 0) die("send");
    ssize_t n = recv(fd, in, sizeof in - 1, 0);
    if (n > 0) return in[n] = 0, atof(in);
  }
  die("the sink does not answer");
  return 0;
}

static int push(int fd, double seconds, size_t size, unsigned batch) {
  struct iovec part = {.iov_base = out, .iov_len = size};
  struct mmsghdr messages[64] = {0};
  for (int i = 0; i < 64; i++) messages[i].msg_hdr.msg_iov = &part, messages[i].msg_hdr.msg_iovlen = 1;
  ask(fd);
  const double began = now();
  double passed = 0;
  for (; passed < seconds; passed = now() - began) {
    for (unsigned sent = 0; sent < 64; sent += batch) {
      if (batch == 1 && send(fd, out, size, 0) < 0) die("send");
      if (batch > 1 && sendmmsg(fd, messages, batch, 0) < 0) die("sendmmsg");
    }
  }
  printf("{\"value\": %.0f}\n", ask(fd) / (double)size / passed);
  return 0;
}

static int ping(int fd, double seconds, size_t size) {
  const double warm = now() + 0.2;
  double began = 0;
  uint64_t trips = 0, lost = 0;
  for (uint64_t i = 0;; i++) {
    memcpy(out, &i, sizeof i);
    if (send(fd, out, size, 0) < 0) die("send");
    ssize_t n = recv(fd, in, sizeof in, 0);
    if (n < 0) {
      if (++lost > 3) die("recv");
      continue;
    }
    if ((size_t)n != size || memcmp(in, out, size) != 0) return fputs("udp: another datagram came back\n", stderr), 1;
    const double time = now();
    if (began == 0) {
      if (time >= warm) began = time;
    } else {
      trips++;
      if (time >= began + seconds) {
        printf("{\"value\": %.0f, \"lost\": %llu}\n", (double)trips / (time - began), (unsigned long long)lost);
        return 0;
      }
    }
  }
}

int main(int count, char **arguments) {
  char host[64] = "";
  int port = 0;
  double seconds = 1;
  size_t size = 64;
  unsigned batch = 1;
  for (int i = 2; i + 1 < count; i += 2) {
    if (strcmp(arguments[i], "--address") == 0) sscanf(arguments[i + 1], "%63[^:]:%d", host, &port);
    if (strcmp(arguments[i], "--seconds") == 0) seconds = atof(arguments[i + 1]);
    if (strcmp(arguments[i], "--size") == 0) size = (size_t)atol(arguments[i + 1]);
    if (strcmp(arguments[i], "--batch") == 0) batch = (unsigned)atoi(arguments[i + 1]);
  }
  if (size < 8 || size > sizeof out || batch < 1 || batch > 64) return fputs("udp: bad size or batch\n", stderr), 1;
  if (count > 1 && strcmp(arguments[1], "echo") == 0) echo();
  if (count > 1 && strcmp(arguments[1], "ping") == 0) return ping(connect_to(host, port), seconds, size);
  if (count > 1 && strcmp(arguments[1], "push") == 0) return push(connect_to(host, port), seconds, size, batch);
  return fputs("usage: udp ping --address A --seconds S [--size BYTES] | udp echo | udp push …\n", stderr), 2;
}
