/* A server of messages or streams over a unix socket: unix_server TYPE MODE PATH, one connection after the other.
 * TYPE is seqpacket; MODE is echo, sink or source: see message_client.c. Blocking: what a C program would do. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 4 || strcmp(argv[1], "seqpacket") != 0) return 2;
  static unsigned char buffer[65536];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", argv[3]);
  unlink(argv[3]);
  int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 16) < 0) {
    perror("error");
    return 1;
  }
  printf("listening on %s\n", argv[3]);
  fflush(stdout);
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    uint64_t count = 0;
    if (strcmp(argv[2], "source") == 0) {
      while (send(fd, buffer, 64, MSG_NOSIGNAL) == 64) count++;
    } else if (strcmp(argv[2], "sink") == 0) {
      for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;) {
        if (n > 1) { count++; continue; }
        if (send(fd, &count, sizeof count, MSG_NOSIGNAL) < 0) break;
        count = 0;
      }
    } else {
      for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;)
        if (send(fd, buffer, (size_t)n, MSG_NOSIGNAL) < 0) break;
    }
    close(fd);
  }
}
