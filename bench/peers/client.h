/* What the load drivers share: a server's address, the clock, and an end with a reason. Include it after _GNU_SOURCE. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static struct sockaddr_storage address;
static socklen_t address_length;

static void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "%s: ", program_invocation_short_name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void parse_address(const char *text) {
  if (text[0] == '/') {
    struct sockaddr_un *un = (struct sockaddr_un *)&address;
    un->sun_family = AF_UNIX;
    if (strlen(text) >= sizeof un->sun_path) die("path too long: %s", text);
    strcpy(un->sun_path, text);
    address_length = sizeof *un;
    return;
  }
  struct sockaddr_in *in = (struct sockaddr_in *)&address;
  char host[64];
  int port;
  if (sscanf(text, "%63[^:]:%d", host, &port) != 2 || inet_pton(AF_INET, host, &in->sin_addr) != 1)
    die("not an address: %s", text);
  in->sin_family = AF_INET;
  in->sin_port = htons((uint16_t)port);
  address_length = sizeof *in;
}
