/* The ceiling of one call a connection: document_rpc.py in C without its JSON. It answers what GET "name" is answered there. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char reply[] =
    "{\"status\": \"OK\", \"response\": {\"func\": \"GET\", \"response\": {\"obj\": \"name\", \"val\": 1}}}";

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void serve(int fd) {
  int32_t head[2];
  char body[4096];
  if (recv(fd, head, sizeof head, 0) != sizeof head || head[1] < 0 || head[1] > (int32_t)sizeof body) return;
  if (recv(fd, body, (size_t)head[1], 0) != head[1]) return;
  head[1] = sizeof reply - 1;
  if (send(fd, head, sizeof head, MSG_NOSIGNAL) < 0) return; /* the client has gone */
  send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL);
}

int main(void) {
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 128) < 0) die("listen");
  getsockname(listener, (struct sockaddr *)&address, &length);
  printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    const int fd = accept(listener, NULL, NULL);
    if (fd < 0) die("accept");
    serve(fd);
    close(fd);
  }
}
