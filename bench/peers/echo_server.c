/* What a careful C program gets out of the same kernel: one thread, one edge-triggered epoll.
 *
 *   echo_server [--port N | --path P] [--accept-only]
 *
 * Prints `listening on ADDRESS`. With --accept-only it closes each connection that it accepts. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BUFFER 65536

struct connection {
  int fd;
  unsigned char *pending; /* what the kernel did not take yet */
  size_t held;
};

static int epoll_fd, listener;
static bool tcp = true, accept_only = false;

static void fail(const char *action) {
  perror(action);
  exit(1);
}

static void listen_on(int port, const char *path) {
  tcp = path == NULL;
  listener = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct sockaddr_un un = {.sun_family = AF_UNIX};
  if (path) snprintf(un.sun_path, sizeof un.sun_path, "%s", path);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  const struct sockaddr *address = tcp ? (struct sockaddr *)&in : (struct sockaddr *)&un;
  socklen_t length = tcp ? sizeof in : sizeof un;
  if (bind(listener, address, length) < 0) fail("bind");
  if (listen(listener, 4096) < 0) fail("listen");
  length = sizeof in;
  if (tcp) getsockname(listener, (struct sockaddr *)&in, &length);
  if (tcp) printf("listening on 127.0.0.1:%d\n", ntohs(in.sin_port));
  else printf("listening on %s\n", path);
  fflush(stdout);
}

static void accept_all(void) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0) return;
    if (accept_only) {
      close(fd);
      continue;
    }
    if (tcp) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    struct connection *connection = calloc(1, sizeof *connection);
    connection->fd = fd;
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
  }
}

static void drop(struct connection *connection) {
  close(connection->fd);
  free(connection->pending);
  free(connection);
}

/* True when all was taken; keeps the rest, and gives false, when the kernel is full. */
static bool send_all(struct connection *connection, const unsigned char *bytes, size_t count) {
  size_t sent = 0;
  while (sent < count) {
    ssize_t taken = send(connection->fd, bytes + sent, count - sent, MSG_NOSIGNAL);
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) break;
    sent += (size_t)taken;
  }
  if (sent == count) return true;
  if (connection->pending == NULL) connection->pending = malloc(BUFFER);
  memmove(connection->pending, bytes + sent, count - sent);
  connection->held = count - sent;
  return false;
}

static void serve(struct connection *connection, unsigned events) {
  static unsigned char buffer[BUFFER];
  if (connection->held > 0) {
    size_t count = connection->held;
    connection->held = 0;
    if (!send_all(connection, connection->pending, count)) {
      if (events & (EPOLLERR | EPOLLHUP)) drop(connection);
      return;
    }
  }
  /* A short read has drained the stream, and the next bytes raise an edge; a FIN that came with them does not. */
  bool closing = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
  for (;;) {
    ssize_t count = recv(connection->fd, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return drop(connection);
    if (!send_all(connection, buffer, (size_t)count)) return;
    if ((size_t)count < sizeof buffer && !closing) return;
  }
}

int main(int count, char **values) {
  int port = 0;
  const char *path = NULL;
  for (int i = 1; i < count; i++) {
    if (strcmp(values[i], "--accept-only") == 0) accept_only = true;
    else if (strcmp(values[i], "--port") == 0 && i + 1 < count) port = atoi(values[++i]);
    else if (strcmp(values[i], "--path") == 0 && i + 1 < count) path = values[++i];
    else return fprintf(stderr, "usage: echo_server [--port N | --path P] [--accept-only]\n"), 2;
  }
  signal(SIGUSR2, SIG_IGN); /* asks the other servers to collect garbage: here is none */
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  listen_on(port, path);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event) < 0) fail("epoll_ctl");
  struct epoll_event events[256];
  for (;;) {
    int ready = epoll_wait(epoll_fd, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.ptr == NULL) accept_all();
      else serve(events[i].data.ptr, events[i].events);
    }
  }
}
