/* Messages at a fixed rate, each answered before the next: what a server costs that is not at its limit.
 *
 *   pace --address A --pid P [--type tcp|udp|seqpacket] [--rate MESSAGES/S] [--connections N] [--seconds S]
 *
 * The connections take turns. Prints the server's processor time for each message (`value`, in µs), how often one of its
 * threads woke up for each, and the time of a round trip. */
#define _GNU_SOURCE
#include "client.h"

#include <dirent.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <unistd.h>

#define SIZE 64
#define MOST_CONNECTIONS 4096

/* Each contender begins with its code compiled, however long it has run. */
#define WARM_TRIPS 3000

struct usage {
  uint64_t nanoseconds;
  uint64_t wakeups;
};

static int type = SOCK_STREAM;
static int server, connections = 1, fds[MOST_CONNECTIONS];
static double rate = 1000, seconds = 1;
static uint64_t lost;

/* A datagram may be lost: its answer is not waited for for ever. */
static void open_connection(int i) {
  fds[i] = socket(address.ss_family, type | SOCK_CLOEXEC, 0);
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  struct timeval patience = {.tv_sec = 2};
  setsockopt(fds[i], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (fds[i] < 0 || connect(fds[i], (struct sockaddr *)&address, address_length) < 0) die("connect: %s", strerror(errno));
  if (type != SOCK_STREAM || address.ss_family != AF_INET) return;
  setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void trip(int fd) {
  static char message[SIZE], answer[SIZE];
  if (send(fd, message, SIZE, 0) != SIZE) die("send: %s", strerror(errno));
  ssize_t count = recv(fd, answer, SIZE, type == SOCK_STREAM ? MSG_WAITALL : 0);
  if (count == SIZE) return;
  if (type != SOCK_DGRAM || (count < 0 && errno != EAGAIN)) die("recv: %s", strerror(errno));
  lost++;
}

static uint64_t number_in(const char *path, const char *after) {
  char text[4096] = "";
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0; /* the thread has ended meanwhile */
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  const char *at = strstr(text, after);
  return at == NULL ? 0 : strtoull(at + strlen(after), NULL, 10);
}

/* Of all threads: the time on a processor, and how often each has gone to sleep by itself. */
static struct usage usage(void) {
  struct usage sum = {0, 0};
  char path[300];
  snprintf(path, sizeof path, "/proc/%d/task", server);
  DIR *tasks = opendir(path);
  if (tasks == NULL) die("%s: %s", path, strerror(errno));
  for (struct dirent *task; (task = readdir(tasks)) != NULL;) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", server, task->d_name);
    sum.nanoseconds += number_in(path, "");
    snprintf(path, sizeof path, "/proc/%d/task/%s/status", server, task->d_name);
    sum.wakeups += number_in(path, "\nvoluntary_ctxt_switches:");
  }
  closedir(tasks);
  return sum;
}

/* Sleeps until shortly before, and looks at the clock from then on: a timer is late by more than a round trip takes. */
static uint64_t wait_until(uint64_t due) {
  for (;;) {
    uint64_t time = now();
    if (time >= due) return time;
    if (due - time < 100000) continue;
    struct timespec pause = {.tv_nsec = (long)(due - time - 80000)};
    if (due - time > 900000000) pause.tv_nsec = 800000000;
    nanosleep(&pause, NULL);
  }
}

/* Round trips for so long; gives their count. One that comes late does not hurry the next ones. */
static size_t run(double length, uint32_t *samples, size_t room) {
  uint64_t interval = (uint64_t)(1e9 / rate), due = now(), end = due + (uint64_t)(length * 1e9);
  size_t count = 0;
  while (due < end && count < room) {
    uint64_t began = wait_until(due);
    trip(fds[count % (size_t)connections]);
    uint64_t took = now() - began;
    samples[count++] = took > UINT32_MAX ? UINT32_MAX : (uint32_t)took;
    due = due + interval > began ? due + interval : began;
  }
  return count;
}

static int ascending(const void *left, const void *right) {
  uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  return a < b ? -1 : a > b;
}

int main(int count, char **values) {
  static const struct option options[] = {
    {"address", required_argument, NULL, 'a'}, {"connections", required_argument, NULL, 'c'},
    {"pid", required_argument, NULL, 'p'},     {"rate", required_argument, NULL, 'r'},
    {"seconds", required_argument, NULL, 's'}, {"type", required_argument, NULL, 't'},
    {NULL, 0, NULL, 0},
  };
  for (int option; (option = getopt_long(count, values, "", options, NULL)) != -1;) {
    if (option == 'a') parse_address(optarg);
    else if (option == 'c') connections = atoi(optarg);
    else if (option == 'p') server = atoi(optarg);
    else if (option == 'r') rate = strtod(optarg, NULL);
    else if (option == 's') seconds = strtod(optarg, NULL);
    else if (option == 't' && strcmp(optarg, "udp") == 0) type = SOCK_DGRAM;
    else if (option == 't' && strcmp(optarg, "seqpacket") == 0) type = SOCK_SEQPACKET;
    else if (option != 't' || strcmp(optarg, "tcp") != 0) return 2;
  }
  if (address_length == 0 || server <= 0 || connections < 1 || connections > MOST_CONNECTIONS || !(rate > 0)) {
    fprintf(stderr, "usage: pace --address A --pid P …\n");
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1);
  for (int i = 0; i < connections; i++) open_connection(i);
  for (int i = 0; i < WARM_TRIPS; i++) trip(fds[i % connections]);
  size_t room = (size_t)(rate * (seconds + 1)) + 16;
  uint32_t *samples = calloc(room, sizeof *samples);
  if (samples == NULL) die("calloc: %s", strerror(errno));
  run(0.1, samples, room); /* the pace, until the server has learned it */
  lost = 0;
  struct usage before = usage();
  uint64_t began = now();
  size_t trips = run(seconds, samples, room);
  double took = (double)(now() - began) / 1e9;
  struct usage after = usage();
  if (trips == 0) die("no round trip");
  qsort(samples, trips, sizeof *samples, ascending);
  printf("{\"value\": %.2f, \"p50\": %.2f, \"p99\": %.2f, \"wakeups\": %.2f, \"rate\": %.0f, \"lost\": %llu}\n",
         (double)(after.nanoseconds - before.nanoseconds) / 1e3 / (double)trips, samples[trips / 2] / 1e3,
         samples[trips * 99 / 100] / 1e3, (double)(after.wakeups - before.wakeups) / (double)trips, (double)trips / took,
         (unsigned long long)lost);
  return 0;
}
