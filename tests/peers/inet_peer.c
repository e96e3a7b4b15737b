// The C end of the tests of IP: UDP, PKTINFO, timestamps, urgent data, multicast and ICMP, by the system's own headers.
// The first argument is what to do, the second a numeric host; answers are lines.
#define _GNU_SOURCE
#include "peer.h"
#include <arpa/inet.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char buffer[65536], space[1024];
static struct sockaddr_storage host;
static socklen_t host_size;

static int family(void) { return host.ss_family; }

static void look_up(const char *name, const char *port) {
  struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM}, *found;
  int error = getaddrinfo(name, port, &hints, &found);
  if (error) errx(1, "%s: %s", name, gai_strerror(error));
  memcpy(&host, found->ai_addr, host_size = found->ai_addrlen);
  freeaddrinfo(found);
}

static void say_port(int fd) {
  struct sockaddr_storage name;
  socklen_t size = sizeof name;
  must(getsockname(fd, (struct sockaddr *)&name, &size), "getsockname");
  printf("%d\n", ntohs(((struct sockaddr_in *)&name)->sin_port)); // at the same place as that of IPv6
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_REALTIME, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static const char *text(const void *address) {
  static char texts[2][INET6_ADDRSTRLEN];
  static int turn;
  return inet_ntop(family(), address, texts[turn ^= 1], INET6_ADDRSTRLEN);
}

// Echoes each datagram, until an empty one.
static void echo(void) {
  int fd = must(socket(family(), SOCK_DGRAM, 0), "socket");
  must(bind(fd, (struct sockaddr *)&host, host_size), "bind");
  say_port(fd);
  for (ssize_t n = 1; n > 0;) {
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    n = must(recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &size), "recvfrom");
    must(sendto(fd, buffer, n, 0, (struct sockaddr *)&from, size), "sendto");
  }
}

// Prints the ancillary data of a datagram.
static void take(void) {
  int fd = must(socket(family(), SOCK_DGRAM, 0), "socket"), v6 = family() == AF_INET6;
  must(bind(fd, (struct sockaddr *)&host, host_size), "bind");
  set(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVPKTINFO : IP_PKTINFO);
  set(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL);
  set(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_RECVTCLASS : IP_RECVTOS);
  set(fd, SOL_SOCKET, SO_TIMESTAMPNS);
  say_port(fd);
  struct iovec vector = {buffer, sizeof buffer};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = space, .msg_controllen = sizeof space};
  printf("%.*s\n", must(recvmsg(fd, &message, 0), "recvmsg"), buffer);
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    void *data = CMSG_DATA(c);
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
      struct timespec *time = data;
      printf("timestamp %lld\n", time->tv_sec * 1000000000LL + time->tv_nsec);
    } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      struct in_pktinfo *info = data;
      printf("destination %s local %s interface %d\n", text(&info->ipi_addr), text(&info->ipi_spec_dst), info->ipi_ifindex);
    } else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
      struct in6_pktinfo *info = data;
      printf("destination %s interface %u\n", text(&info->ipi6_addr), info->ipi6_ifindex);
    } else if (c->cmsg_type == (v6 ? IPV6_TCLASS : IP_TOS)) {
      printf("class %d\n", v6 ? *(int *)data : *(unsigned char *)data);
    } else if (c->cmsg_type == (v6 ? IPV6_HOPLIMIT : IP_TTL)) {
      printf("hops %d\n", *(int *)data);
    } else {
      printf("unexpected %d %d\n", c->cmsg_level, c->cmsg_type);
    }
  }
}

// Sends a datagram from SOURCE, with a hop limit and a traffic class of its own; tells the time before.
static void give(const char *source) {
  int fd = must(socket(family(), SOCK_DGRAM, 0), "socket"), v6 = family() == AF_INET6;
  struct iovec vector[] = {{"hello ", 6}, {"from C", 6}};
  struct msghdr message = {.msg_name = &host, .msg_namelen = host_size, .msg_iov = vector, .msg_iovlen = 2, .msg_control = space};
  message.msg_controllen = CMSG_SPACE(v6 ? sizeof(struct in6_pktinfo) : sizeof(struct in_pktinfo)) + 2 * CMSG_SPACE(sizeof(int));
  struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  if (v6) {
    struct in6_pktinfo info = {0};
    inet_pton(AF_INET6, source, &info.ipi6_addr);
    *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO};
    memcpy(CMSG_DATA(c), &info, sizeof info);
  } else {
    struct in_pktinfo info = {0};
    inet_pton(AF_INET, source, &info.ipi_spec_dst);
    *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof info), .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO};
    memcpy(CMSG_DATA(c), &info, sizeof info);
  }
  int types[] = {v6 ? IPV6_HOPLIMIT : IP_TTL, v6 ? IPV6_TCLASS : IP_TOS}, values[] = {42, 0xb8};
  for (int i = 0; i < 2; i++) {
    c = CMSG_NXTHDR(&message, c);
    *c = (struct cmsghdr){CMSG_LEN(sizeof(int)), v6 ? IPPROTO_IPV6 : IPPROTO_IP, types[i]};
    memcpy(CMSG_DATA(c), &values[i], sizeof(int));
  }
  printf("%lld\n", now());
  must(sendmsg(fd, &message, 0), "sendmsg");
}

// Sends "before", an urgent "!" and "after"; then tells the urgent byte that comes, and the bytes around its mark.
static void urgent(int fd) {
  must(send(fd, "before", 6, 0), "send");
  must(send(fd, "!", 1, MSG_OOB), "send");
  must(send(fd, "after", 5, 0), "send");
  struct pollfd wait = {.fd = fd, .events = POLLPRI};
  if (must(poll(&wait, 1, 10000), "poll") == 0) errx(1, "no urgent data came");
  must(recv(fd, buffer, 1, MSG_OOB), "recv");
  printf("urgent %c\n", buffer[0]);
  for (ssize_t n; (n = must(recv(fd, buffer, sizeof buffer, 0), "recv")) > 0;) {
    printf("%.*s%s\n", (int)n, buffer, must(sockatmark(fd), "sockatmark") ? " mark" : "");
  }
}

static unsigned interface(const char *name) {
  unsigned index = if_nametoindex(name);
  if (index == 0) err(1, "%s", name);
  return index;
}

// Receives a datagram of the group HOST through INTERFACE.
static void join(const char *name) {
  int fd = must(socket(family(), SOCK_DGRAM, 0), "socket"), v6 = family() == AF_INET6;
  struct group_req request = {.gr_interface = interface(name), .gr_group = host};
  if (v6) ((struct sockaddr_in6 *)&host)->sin6_scope_id = request.gr_interface;
  set(fd, SOL_SOCKET, SO_REUSEADDR);
  must(bind(fd, (struct sockaddr *)&host, host_size), "bind");
  must(setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, MCAST_JOIN_GROUP, &request, sizeof request), "setsockopt");
  printf("joined\n");
  printf("%.*s\n", must(recv(fd, buffer, sizeof buffer, 0), "recv"), buffer);
}

// Sends datagrams to the group HOST through INTERFACE, until it is ended.
static void cast(const char *name) {
  int fd = must(socket(family(), SOCK_DGRAM, 0), "socket"), v6 = family() == AF_INET6;
  struct ip_mreqn how = {.imr_ifindex = interface(name)};
  if (v6) must(setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, &how.imr_ifindex, sizeof how.imr_ifindex), "setsockopt");
  else must(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &how, sizeof how), "setsockopt");
  for (;; usleep(50000)) must(sendto(fd, "cast by C", 9, 0, (struct sockaddr *)&host, host_size), "sendto");
}

static unsigned short checksum(const unsigned char *bytes, size_t size) {
  unsigned sum = 0;
  for (size_t i = 0; i < size; i++) sum += i % 2 ? bytes[i] : bytes[i] << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return htons(~sum);
}

// Sends an ICMP echo request of the identifier 49374 and the sequence 7, or waits for one; then tells what comes: TYPE
// IDENTIFIER SEQUENCE DATA.
static void icmp(int asks) {
  int v6 = family() == AF_INET6, fd = must(socket(family(), SOCK_RAW, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP), "socket");
  int type = asks ? v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY : v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
  printf("ready\n");
  if (asks) {
    struct { struct icmphdr head; char data[8]; } packet = {.data = "by the C"};
    packet.head.type = v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
    packet.head.un.echo.id = htons(49374);
    packet.head.un.echo.sequence = htons(7);
    if (!v6) packet.head.checksum = checksum((void *)&packet, sizeof packet);
    must(sendto(fd, &packet, sizeof packet, 0, (struct sockaddr *)&host, host_size), "sendto");
  }
  for (;;) {
    ssize_t n = must(recv(fd, buffer, sizeof buffer, 0), "recv");
    int at = v6 ? 0 : (buffer[0] & 15) * 4;
    struct icmphdr *head = (void *)(buffer + at);
    if (head->type != type) continue;
    n -= at + sizeof *head;
    printf("%d %d %d %.*s\n", type, ntohs(head->un.echo.id), ntohs(head->un.echo.sequence), (int)n, (char *)(head + 1));
    return;
  }
}

int main(int count, char **arguments) {
  if (count < 3) errx(2, "echo | take | give | listen | connect | join | cast | ask | hear HOST [PORT [SOURCE or INTERFACE]]");
  begin();
  const char *action = arguments[1];
  look_up(arguments[2], count > 3 ? arguments[3] : "0");
  if (strcmp(action, "echo") == 0) echo();
  else if (strcmp(action, "take") == 0) take();
  else if (strcmp(action, "give") == 0 && count > 4) give(arguments[4]);
  else if (strcmp(action, "join") == 0 && count > 4) join(arguments[4]);
  else if (strcmp(action, "cast") == 0 && count > 4) cast(arguments[4]);
  else if (strcmp(action, "ask") == 0) icmp(1);
  else if (strcmp(action, "hear") == 0) icmp(0);
  else {
    int fd = must(socket(family(), SOCK_STREAM, 0), "socket");
    if (strcmp(action, "connect") == 0) must(connect(fd, (struct sockaddr *)&host, host_size), "connect");
    else {
      must(bind(fd, (struct sockaddr *)&host, host_size), "bind");
      must(listen(fd, 1), "listen");
      say_port(fd);
      fd = must(accept(fd, NULL, NULL), "accept");
    }
    urgent(fd);
  }
  return 0;
}
