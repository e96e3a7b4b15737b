/* The load driver of every stream benchmark: one thread, one epoll, one outstanding message a connection.
 *
 *   echo_client echo   --address A --connections N --size BYTES --seconds S [--warmup S] [--trips N]
 *   echo_client accept --address A --connections N --seconds S [--warmup S]
 *   echo_client drain  --address A --connections N --seconds S --pid SERVER
 *   echo_client idle   --address A --connections N [--source A]
 *
 * A is 127.0.0.1:PORT or the path of a unix socket. One JSON line on stdout; "value" is the rate per second. Connections come
 * from the source given and, where they are many, the addresses behind it.
 * echo stops after --trips round trips where given. idle holds its connections until stdin closes.
 * drain stops the server by a signal, fills its backlog with N connections, lets it go on, and takes the time until it
 * has accepted and closed them all: the server's own rate, where the client of accept would be the limit. */
#define _GNU_SOURCE
#include "client.h"

#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

/* Connections from one source address: beyond half of its ports, the kernel looks long for a free one. */
#define PORTS 8000

struct connection {
  int fd;
  bool wants_out;
  size_t sent, received;
  uint64_t began;
};

static size_t connections = 1, size = 64, most_trips = 0;
static double seconds = 1, warmup = 0.2;
static struct sockaddr_in source; /* where connections come from, if it is said: each address has ports of its own */
static pid_t server = 0;

static unsigned char *message, *scratch;
static int epoll_fd;

static uint32_t *samples; /* ns of each round trip */
static size_t trips = 0, room = 0;
static bool measuring = false;

/* A connect on loopback ends without the server's program, so a blocking one costs no wait. The reset of a zero linger
 * frees the port at once when we close, and leaves no TIME_WAIT on either side. */
static int open_connection(void) {
  int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket: %s", strerror(errno));
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
  if (source.sin_family != 0) {
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&source, sizeof source) < 0) die("bind: %s", strerror(errno));
  }
  if (connect(fd, (struct sockaddr *)&address, address_length) < 0) die("connect: %s", strerror(errno));
  return fd;
}

static void watch(int operation, int fd, uint32_t events, void *data) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(epoll_fd, operation, fd, &event) < 0) die("epoll_ctl: %s", strerror(errno));
}

static void send_rest(struct connection *connection) {
  while (connection->sent < size) {
    ssize_t count = send(connection->fd, message + connection->sent, size - connection->sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != EAGAIN) die("send: %s", strerror(errno));
    if (count < 0) break;
    connection->sent += (size_t)count;
  }
  bool wants_out = connection->sent < size;
  if (wants_out == connection->wants_out) return;
  connection->wants_out = wants_out;
  watch(EPOLL_CTL_MOD, connection->fd, wants_out ? EPOLLIN | EPOLLOUT : EPOLLIN, connection);
}

static void start_trip(struct connection *connection, uint64_t time) {
  connection->sent = connection->received = 0;
  connection->began = time;
  send_rest(connection);
}

static void end_trip(uint64_t took) {
  if (measuring) {
    if (trips == room) {
      room = room ? room * 2 : 1 << 16;
      samples = realloc(samples, room * sizeof *samples);
      if (samples == NULL) die("out of memory");
    }
    samples[trips] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
  }
  trips++;
}

/* Every byte is compared while warming up; while measuring, the count alone. */
static void receive(struct connection *connection) {
  ssize_t count = recv(connection->fd, scratch, size - connection->received, 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) die("recv: %s", strerror(errno));
  if (count == 0) die("the server closed a connection");
  if (!measuring && memcmp(scratch, message + connection->received, (size_t)count) != 0)
    die("the echo differs from what was sent");
  connection->received += (size_t)count;
  if (connection->received < size) return;
  uint64_t time = now();
  end_trip(time - connection->began);
  start_trip(connection, time);
}

static int wait_events(struct epoll_event *events, int most) {
  int count = epoll_wait(epoll_fd, events, most, 5000);
  if (count < 0 && errno == EINTR) return 0;
  if (count < 0) die("epoll_wait: %s", strerror(errno));
  if (count == 0) die("no answer for 5 s");
  return count;
}

static int ascending(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return a < b ? -1 : a > b;
}

static void report(uint64_t took) {
  qsort(samples, trips, sizeof *samples, ascending);
  double p50 = trips ? samples[trips / 2] / 1e3 : 0, p99 = trips ? samples[trips * 99 / 100] / 1e3 : 0;
  printf("{\"value\": %.1f, \"trips\": %zu, \"p50\": %.2f, \"p99\": %.2f}\n", trips / (took / 1e9), trips, p50, p99);
}

/* Switches from warming up to measuring, and says when to stop. */
static bool finished(uint64_t *began) {
  uint64_t time = now();
  if (!measuring) {
    if (time - *began < warmup * 1e9) return false;
    measuring = true;
    trips = 0;
    *began = time;
    return false;
  }
  if (most_trips ? trips < most_trips : time - *began < seconds * 1e9) return false;
  report(time - *began);
  return true;
}

static void set_nonblocking(int fd) {
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0) die("fcntl: %s", strerror(errno));
}

static void echo_mode(void) {
  struct connection *all = calloc(connections, sizeof *all);
  for (size_t i = 0; i < connections; i++) {
    all[i].fd = open_connection();
    set_nonblocking(all[i].fd);
    if (address.ss_family == AF_INET) setsockopt(all[i].fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    watch(EPOLL_CTL_ADD, all[i].fd, EPOLLIN, &all[i]);
  }
  uint64_t began = now();
  for (size_t i = 0; i < connections; i++) start_trip(&all[i], now());
  struct epoll_event events[256];
  while (!finished(&began)) {
    int count = wait_events(events, 256);
    for (int i = 0; i < count; i++) {
      struct connection *connection = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) send_rest(connection);
      if (events[i].events & ~(uint32_t)EPOLLOUT) receive(connection);
    }
  }
}

static void start_visit(struct connection *connection) {
  connection->began = now();
  connection->fd = open_connection();
  watch(EPOLL_CTL_ADD, connection->fd, EPOLLIN | EPOLLRDHUP, connection);
}

static void end_visit(struct connection *connection) {
  char byte;
  recv(connection->fd, &byte, 1, MSG_DONTWAIT);
  close(connection->fd);
  end_trip(now() - connection->began);
}

static void accept_mode(void) {
  struct connection *all = calloc(connections, sizeof *all);
  for (size_t i = 0; i < connections; i++) start_visit(&all[i]);
  struct epoll_event events[256];
  uint64_t began = now();
  while (!finished(&began)) {
    int count = wait_events(events, 256);
    for (int i = 0; i < count; i++) {
      end_visit(events[i].data.ptr);
      start_visit(events[i].data.ptr);
    }
  }
}

static void stop_server(void) {
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/stat", server);
  if (server <= 0 || kill(server, SIGSTOP) < 0) die("kill: %s", strerror(errno));
  for (int tries = 0; tries < 1000; tries++) {
    FILE *file = fopen(path, "r");
    bool stopped = file && fgets(line, sizeof line, file) && strrchr(line, ')') && strrchr(line, ')')[2] == 'T';
    if (file) fclose(file);
    if (stopped) return;
    usleep(1000);
  }
  die("the server did not stop");
}

static void drain_mode(void) {
  int *all = calloc(connections, sizeof *all);
  uint64_t deadline = now() + (uint64_t)(warmup * 1e9), spent = 0;
  while (!measuring || spent < seconds * 1e9) {
    if (!measuring && now() > deadline) measuring = true, trips = 0, spent = 0;
    stop_server();
    for (size_t i = 0; i < connections; i++) all[i] = open_connection();
    uint64_t began = now();
    kill(server, SIGCONT);
    for (size_t i = connections; i-- > 0;) { /* the last one first: by then the others are closed too */
      char byte;
      if (recv(all[i], &byte, 1, 0) != 0) die("the server did not close a connection");
    }
    uint64_t took = now() - began;
    spent += took;
    for (size_t i = 0; i < connections; i++) {
      end_trip(took / connections);
      close(all[i]);
    }
  }
  report(spent);
}

/* One byte there and back proves that the server's program holds the connection, and keeps the backlog empty. */
static void idle_mode(void) {
  uint64_t began = now();
  for (size_t i = 0; i < connections; i++) {
    if (source.sin_family != 0 && i > 0 && i % PORTS == 0) source.sin_addr.s_addr = htonl(ntohl(source.sin_addr.s_addr) + 1);
    int fd = open_connection();
    char byte = 'x';
    if (send(fd, &byte, 1, MSG_NOSIGNAL) != 1) die("send: %s", strerror(errno));
    if (recv(fd, &byte, 1, 0) != 1) die("recv: no echo on connection %zu", i);
  }
  printf("{\"connected\": %zu, \"seconds\": %.3f}\n", connections, (double)(now() - began) / 1e9);
  fflush(stdout);
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0);
}

int main(int count, char **values) {
  if (count < 2) die("usage: echo_client echo|accept|idle --address A …");
  static const struct option options[] = {
    {"address", required_argument, NULL, 'a'}, {"connections", required_argument, NULL, 'c'},
    {"size", required_argument, NULL, 'z'},    {"seconds", required_argument, NULL, 's'},
    {"warmup", required_argument, NULL, 'w'},  {"trips", required_argument, NULL, 't'},
    {"pid", required_argument, NULL, 'p'},     {"source", required_argument, NULL, 'o'},
    {NULL, 0, NULL, 0},
  };
  for (int option; (option = getopt_long(count, values, "", options, NULL)) != -1;) {
    if (option == 'a') parse_address(optarg);
    else if (option == 'c') connections = strtoul(optarg, NULL, 10);
    else if (option == 'z') size = strtoul(optarg, NULL, 10);
    else if (option == 's') seconds = strtod(optarg, NULL);
    else if (option == 'w') warmup = strtod(optarg, NULL);
    else if (option == 't') most_trips = strtoul(optarg, NULL, 10);
    else if (option == 'p') server = atoi(optarg);
    else if (option == 'o' && inet_pton(AF_INET, optarg, &source.sin_addr) == 1) source.sin_family = AF_INET;
    else return 2;
  }
  if (address_length == 0 || connections == 0 || size == 0) die("--address, --connections and --size must be given");
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  message = malloc(size);
  scratch = malloc(size);
  for (size_t i = 0; i < size; i++) message[i] = (unsigned char)(i * 31 % 251);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  const char *mode = optind < count ? values[optind] : "";
  if (strcmp(mode, "echo") == 0) echo_mode();
  else if (strcmp(mode, "accept") == 0) accept_mode();
  else if (strcmp(mode, "drain") == 0) drain_mode();
  else if (strcmp(mode, "idle") == 0) idle_mode();
  else die("no such mode: %s", mode);
  return 0;
}
