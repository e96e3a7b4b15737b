/* The load driver of one call a connection, as the document's client: connect, one GET, its reply, close.
 *
 *   rpc_client ADDRESS CONNECTIONS SECONDS
 *
 * ADDRESS is 127.0.0.1:PORT. One thread keeps so many connections under way. One JSON line on stdout; "value" is the calls
 * per second. A reply must be a frame of version 1 that begins with {"status" and says OK. */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct call {
  char reply[512];
  size_t received;
};

static const char body[] = "{\"func\": \"GET\", \"params\": {\"obj\": \"name\"}}";
static struct sockaddr_in server = {.sin_family = AF_INET};

static void die(const char *what) {
  fprintf(stderr, "rpc_client: error: %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* A connect on loopback ends without the server's program. The reset of a zero linger leaves no TIME_WAIT. */
static int start_call(struct call *call) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  if (connect(fd, (struct sockaddr *)&server, sizeof server) < 0) die("connect");
  char frame[8 + sizeof body - 1];
  int32_t head[2] = {1, sizeof body - 1};
  memcpy(frame, head, sizeof head);
  memcpy(frame + 8, body, sizeof body - 1);
  if (send(fd, frame, sizeof frame, MSG_NOSIGNAL) != sizeof frame) die("send");
  call->received = 0;
  return fd;
}

/* Whether the whole reply has come. */
static int receive(int fd, struct call *call) {
  ssize_t count = recv(fd, call->reply + call->received, sizeof call->reply - 1 - call->received, 0);
  if (count <= 0) die("recv");
  call->received += (size_t)count;
  int32_t head[2];
  if (call->received < sizeof head) return 0;
  memcpy(head, call->reply, sizeof head);
  if (head[0] != 1 || head[1] < 0 || head[1] > 500) die("a reply that is none");
  if (call->received < 8 + (size_t)head[1]) return 0;
  call->reply[call->received] = 0;
  if (strncmp(call->reply + 8, "{\"status\"", 9) != 0 || strstr(call->reply + 8, "OK") == NULL) die("no OK");
  return 1;
}

int main(int count, char **arguments) {
  char host[64];
  int port;
  if (count != 4 || sscanf(arguments[1], "%63[^:]:%d", host, &port) != 2) die("usage");
  if (inet_pton(AF_INET, host, &server.sin_addr) != 1) die("address");
  server.sin_port = htons((uint16_t)port);
  size_t connections = strtoul(arguments[2], NULL, 10);
  double seconds = strtod(arguments[3], NULL);
  struct pollfd *polled = calloc(connections, sizeof *polled);
  struct call *calls = calloc(connections, sizeof *calls);
  for (size_t i = 0; i < connections; i++) polled[i] = (struct pollfd){.fd = start_call(&calls[i]), .events = POLLIN};
  size_t done = 0;
  double begin = now() + 0.2, end = begin + seconds;
  int is_measuring = 0;
  for (double time = now(); time < end; time = now()) {
    if (!is_measuring && time >= begin) {
      is_measuring = 1;
      begin = time;
      done = 0;
    }
    if (poll(polled, connections, 1000) <= 0) die("poll");
    for (size_t i = 0; i < connections; i++) {
      if (polled[i].revents == 0 || !receive(polled[i].fd, &calls[i])) continue;
      close(polled[i].fd);
      polled[i].fd = start_call(&calls[i]);
      done++;
    }
  }
  printf("{\"value\": %.1f}\n", (double)done / (now() - begin));
  return 0;
}
