// Prints the layout of the sockaddr structures as JSON; then, for each line "hostname port scope flowinfo" on the
// standard input, a line with the bytes of this system's structure and of the BSD one.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

// As in XNU's bsd/sys/socket.h and bsd/netinet/in.h.
#define DARWIN_AF_INET6 30
struct bsd_sockaddr {
  uint8_t sa_len;
  uint8_t sa_family;
  char sa_data[14];
};
struct bsd_sockaddr_in {
  uint8_t sin_len;
  uint8_t sin_family;
  in_port_t sin_port;
  struct in_addr sin_addr;
  char sin_zero[8];
};
struct bsd_sockaddr_in6 {
  uint8_t sin6_len;
  uint8_t sin6_family;
  in_port_t sin6_port;
  uint32_t sin6_flowinfo;
  struct in6_addr sin6_addr;
  uint32_t sin6_scope_id;
};

#define SIZE(type) printf("\"sizeof %s\": %zu, ", #type, sizeof(struct type))
#define OFFSET(type, member) printf("\"%s.%s\": %zu, ", #type, #member, offsetof(struct type, member))

static void hex(const void *at, size_t size) {
  for (size_t i = 0; i < size; i++) printf("%02x", ((const unsigned char *)at)[i]);
}

static void encode4(const char *host, unsigned port) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct bsd_sockaddr_in bsd = {.sin_len = sizeof bsd, .sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &in.sin_addr);
  bsd.sin_addr = in.sin_addr;
  hex(&in, sizeof in);
  putchar(' ');
  hex(&bsd, sizeof bsd);
  putchar('\n');
}

static void encode6(const char *host, unsigned port, unsigned scope, unsigned flow) {
  struct sockaddr_in6 in = {AF_INET6, htons(port), htonl(flow), {{{0}}}, scope};
  struct bsd_sockaddr_in6 bsd = {sizeof bsd, DARWIN_AF_INET6, htons(port), htonl(flow), {{{0}}}, scope};
  inet_pton(AF_INET6, host, &in.sin6_addr);
  bsd.sin6_addr = in.sin6_addr;
  hex(&in, sizeof in);
  putchar(' ');
  hex(&bsd, sizeof bsd);
  putchar('\n');
}

int main(void) {
  char host[64];
  unsigned port, scope, flow;
  printf("{");
  SIZE(sockaddr_storage);
  SIZE(sockaddr_in);
  SIZE(sockaddr_in6);
  SIZE(bsd_sockaddr_in);
  SIZE(bsd_sockaddr_in6);
  OFFSET(sockaddr, sa_data);
  OFFSET(bsd_sockaddr, sa_data);
  OFFSET(sockaddr_in, sin_port);
  OFFSET(sockaddr_in, sin_addr);
  OFFSET(sockaddr_in6, sin6_flowinfo);
  OFFSET(sockaddr_in6, sin6_addr);
  OFFSET(sockaddr_in6, sin6_scope_id);
  printf("\"AF_UNIX\": %d, \"AF_INET\": %d, \"AF_INET6\": %d}\n", AF_UNIX, AF_INET, AF_INET6);
  while (scanf("%63s %u %u %u", host, &port, &scope, &flow) == 4) {
    if (strchr(host, ':')) encode6(host, port, scope, flow);
    else encode4(host, port);
  }
  return 0;
}
