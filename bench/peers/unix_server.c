/* A server of messages over a unix socket: unix_server TYPE MODE PATH. TYPE is seqpacket, one connection after the other, or
 * datagram. MODE is echo, sink or source: see message_client.c. Blocking: what a C program would do. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static unsigned char buffer[65536];

/* Until the connection has ended; without a connection, for ever. */
static void serve(int fd, const char *mode) {
  struct sockaddr_storage from;
  uint64_t count = 0;
  if (strcmp(mode, "source") == 0)
    while (send(fd, buffer, 64, MSG_NOSIGNAL) == 64) count++;
  for (;;) {
    socklen_t length = sizeof from;
    ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &length);
    if (n <= 0) return;
    const void *reply = buffer;
    if (strcmp(mode, "sink") == 0) {
      if (n > 1 && ++count) continue;
      reply = &count;
      n = sizeof count;
    }
    if (sendto(fd, reply, (size_t)n, MSG_NOSIGNAL, length ? (struct sockaddr *)&from : NULL, length) < 0) return;
    count = 0;
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const int type = strcmp(argv[1], "datagram") == 0 ? SOCK_DGRAM : SOCK_SEQPACKET;
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[3]);
  unlink(argv[3]);
  const int fd = socket(AF_UNIX, type, 0);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || (type != SOCK_DGRAM && listen(fd, 16) < 0)) {
    perror("error");
    return 1;
  }
  printf("listening on %s\n", argv[3]);
  fflush(stdout);
  for (;;) {
    const int conn = type == SOCK_DGRAM ? fd : accept(fd, NULL, NULL);
    serve(conn, argv[2]);
    if (conn != fd) close(conn);
  }
}
