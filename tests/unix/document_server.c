/* The server from the documentation of unix sockets, at the path in its argument. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#define BUFFER_SIZE 1024

static int checked(int result, const char *what) {
  if (result == -1) { perror(what); exit(EXIT_FAILURE); }
  return result;
}

int main(int argc, char *argv[]) {
  if (argc != 2) return 2;
  struct sockaddr_un name;
  bool down = false;
  char buffer[BUFFER_SIZE];
  setvbuf(stdout, NULL, _IOLBF, 0);
  int listener = checked(socket(AF_UNIX, SOCK_SEQPACKET, 0), "socket");
  memset(&name, 0, sizeof name);
  name.sun_family = AF_UNIX;
  strncpy(name.sun_path, argv[1], sizeof name.sun_path - 1);
  checked(bind(listener, (const struct sockaddr *)&name, sizeof name), "bind");
  checked(listen(listener, 20), "listen");
  while (!down) {
    memset(buffer, 0, sizeof buffer);
    int conn = checked(accept(listener, NULL, NULL), "accept");
    for (;;) {
      checked(read(conn, buffer, sizeof buffer), "read");
      buffer[sizeof buffer - 1] = 0;
      printf("%s\n", buffer);
      if (!strncmp(buffer, "SEND", sizeof buffer)) { printf("Sending Data\n"); break; }
      if (!strncmp(buffer, "DOWN", sizeof buffer)) { printf("Closing Program"); down = true; break; }
    }
    sprintf(buffer, "Hello World!\n");
    int size = strlen(buffer);
    printf("Sending buffer of size: %d\n", size);
    checked(write(conn, &size, sizeof size), "write");
    printf("Sending contents of Buffer\n");
    checked(write(conn, buffer, sizeof buffer), "write");
    close(conn);
  }
  close(listener);
  unlink(argv[1]);
  return EXIT_SUCCESS;
}
