// The C end of the AF_UNIX tests. It prints what arrives, answers with the same bytes, and descriptors with its own.
#define _GNU_SOURCE
#include "peer.h"
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/un.h>

static char buffer[65536], space[1024];
static int type, room;
static size_t size;

// A name that begins with @ is abstract.
static socklen_t fill(struct sockaddr_un *address, const char *name) {
  size_t length = strlen(name);
  if (length >= sizeof address->sun_path) errx(2, "%s is too long", name);
  *address = (struct sockaddr_un){.sun_family = AF_UNIX};
  memcpy(address->sun_path, name, length);
  if (*name == '@') *address->sun_path = 0;
  return offsetof(struct sockaddr_un, sun_path) + length + (*name != '@');
}

static void say_peer(const struct ucred *peer) {
  printf("peer %d %u %u\n", peer->pid, peer->uid, peer->gid);
}

static void answer(int fd, struct msghdr *message, int descriptors) {
  int file = -1;
  message->msg_controllen = message->msg_flags = 0;
  if (descriptors > 0) {
    file = must(memfd_create("answer", MFD_CLOEXEC), "memfd_create");
    dprintf(file, "C has read %d", descriptors);
    must(lseek(file, 0, SEEK_SET), "lseek");
    message->msg_controllen = CMSG_SPACE(sizeof file);
    struct cmsghdr *c = CMSG_FIRSTHDR(message);
    *c = (struct cmsghdr){CMSG_LEN(sizeof file), SOL_SOCKET, SCM_RIGHTS};
    memcpy(CMSG_DATA(c), &file, sizeof file);
  }
  must(sendmsg(fd, message, MSG_NOSIGNAL), "sendmsg");
  if (file >= 0) close(file);
}

// Takes one message: BYTES [truncated] [control truncated] [CONTENTS...]; 0 at the end of a connection.
static int take(int fd) {
  struct sockaddr_un from;
  struct iovec vector = {buffer, size};
  struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = space, .msg_controllen = CMSG_LEN(room * sizeof(int))};
  if (type != SOCK_STREAM) message.msg_controllen += CMSG_SPACE(sizeof(struct timeval));
  if (type == SOCK_DGRAM) {
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_controllen += CMSG_SPACE(sizeof(struct ucred));
  }
  ssize_t n = must(recvmsg(fd, &message, MSG_CMSG_CLOEXEC), "recvmsg");
  if (n == 0 && message.msg_controllen == 0) return 0; // an empty message has its timestamp
  int descriptors = 0;
  char contents[256] = "";
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_type == SCM_CREDENTIALS) say_peer((void *)CMSG_DATA(c));
    if (c->cmsg_type != SCM_RIGHTS) continue;
    for (size_t at = 0; at + CMSG_LEN(0) < c->cmsg_len; at += sizeof(int), descriptors++) {
      int file;
      memcpy(&file, CMSG_DATA(c) + at, sizeof file);
      strcat(contents, " ");
      must(pread(file, contents + strlen(contents), 20, 0), "pread");
      close(file);
    }
  }
  printf("%zd%s%s%s\n", n, message.msg_flags & MSG_TRUNC ? " truncated" : "",
         message.msg_flags & MSG_CTRUNC ? " control truncated" : "", contents);
  vector.iov_len = n;
  answer(fd, &message, descriptors);
  return 1;
}

int main(int count, char **arguments) {
  if (count != 6) errx(2, "stream | seqpacket | datagram   listen | connect   NAME   BYTES   DESCRIPTORS");
  begin();
  type = *arguments[1] == 'd' ? SOCK_DGRAM : arguments[1][1] == 't' ? SOCK_STREAM : SOCK_SEQPACKET;
  int listens = *arguments[2] == 'l', fd = must(socket(AF_UNIX, type, 0), "socket");
  struct sockaddr_un address;
  socklen_t length = fill(&address, arguments[3]);
  size = atoi(arguments[4]);
  room = atoi(arguments[5]);
  if (size > sizeof buffer || room > 8) errx(2, "too many");
  if (type == SOCK_DGRAM) set(fd, SOL_SOCKET, SO_PASSCRED); // if unbound, binds to a name that the kernel chooses
  if (listens) {
    must(bind(fd, (struct sockaddr *)&address, length), "bind");
    if (type != SOCK_DGRAM) must(listen(fd, 1), "listen");
    printf("ready\n");
    if (type != SOCK_DGRAM) fd = must(accept(fd, NULL, NULL), "accept");
  } else {
    must(connect(fd, (struct sockaddr *)&address, length), "connect");
  }
  if (type != SOCK_DGRAM) {
    struct ucred peer;
    length = sizeof peer;
    must(getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length), "getsockopt");
    say_peer(&peer);
  }
  set(fd, SOL_SOCKET, SO_TIMESTAMP);
  if (!listens) must(send(fd, "hello", 5, 0), "send");
  while (take(fd)) {}
  printf("end\n");
  return 0;
}
