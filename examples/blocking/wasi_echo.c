/* An echo server for WASI preview 1: descriptor 3 is a listening socket, as wasmtime and others give it.
 *
 *   clang --target=wasm32-wasi -O2 -o wasi_echo.wasm wasi_echo.c
 *
 * It serves its clients one after the other, until one says "quit". */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTENER = 3 };

static int wait_for(int fd, int milliseconds) {
  struct pollfd request = {.fd = fd, .events = POLLRDNORM};
  return poll(&request, 1, milliseconds);
}

int main(void) {
  static char buffer[4096];
  if (wait_for(LISTENER, 20) != 0) return fprintf(stderr, "there is a client before it is told to come\n"), 1;
  puts("ready");
  fflush(stdout);
  for (int quit = 0; !quit;) {
    if (wait_for(LISTENER, -1) < 0) return perror("poll"), 1;
    const int client = accept(LISTENER, NULL, NULL);
    if (client < 0) return perror("accept"), 1;
    for (;;) {
      const ssize_t n = recv(client, buffer, sizeof buffer, 0);
      if (n < 0) perror("recv");
      if (n <= 0) break;
      quit = n >= 4 && memcmp(buffer, "quit", 4) == 0;
      for (ssize_t sent = 0, now; sent < n; sent += now)
        if ((now = send(client, buffer + sent, (size_t)(n - sent), 0)) < 0) return perror("send"), 1;
      if (quit) break;
    }
    if (quit && shutdown(client, SHUT_WR) < 0) perror("shutdown");
    close(client);
  }
  puts("bye");
  return 0;
}
