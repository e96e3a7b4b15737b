import type { Signature } from "../native.ts";

/**
 * Every function of libc that the library calls, with its prototype.
 */
export const SYMBOLS = {
  // int socket(int domain, int type, int protocol);
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int dup3(int oldfd, int newfd, int flags);
  dup3: { parameters: ["i32", "i32", "i32"], result: "i32" },
  // int socketpair(int domain, int type, int protocol, int sv[2]);
  socketpair: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  // int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int connect(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  // int listen(int sockfd, int backlog);
  listen: { parameters: ["i32", "i32"], result: "i32" },
  // int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags);
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  // int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int getpeername(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  // int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen);
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  // int setsockopt(int sockfd, int level, int optname, const void *optval, socklen_t optlen);
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  // ssize_t recv(int sockfd, void *buf, size_t len, int flags);
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  // ssize_t send(int sockfd, const void *buf, size_t len, int flags);
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  // ssize_t recvfrom(int sockfd, void *buf, size_t len, int flags, struct sockaddr *addr, socklen_t *addrlen);
  recvfrom: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "buffer"], result: "i32" },
  // ssize_t sendto(int sockfd, const void *buf, size_t len, int flags, const struct sockaddr *addr, socklen_t addrlen);
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "i32" },
  // ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags);
  recvmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  // ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags);
  sendmsg: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  // int recvmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags, struct timespec *timeout);
  recvmmsg: { parameters: ["i32", "buffer", "u32", "i32", "buffer"], result: "i32" },
  // int sendmmsg(int sockfd, struct mmsghdr *msgvec, unsigned int vlen, int flags);
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  // int shutdown(int sockfd, int how);
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  // int close(int fd);
  close: { parameters: ["i32"], result: "i32" },
  // int fcntl(int fd, int op, ...); the third argument is a long on every Linux ABI
  fcntl: { parameters: ["i32", "i32", "i64"], result: "i32" },
  // int ioctl(int fd, unsigned long op, ...);
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  // unsigned int if_nametoindex(const char *ifname);
  if_nametoindex: { parameters: ["buffer"], result: "u32" },
  // char *if_indextoname(unsigned int ifindex, char *ifname);
  if_indextoname: { parameters: ["u32", "buffer"], result: "address" },
  // int gethostname(char *name, size_t len);
  gethostname: { parameters: ["buffer", "usize"], result: "i32" },
  // ssize_t readlink(const char *path, char *buf, size_t bufsiz);
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "i32" },
  // ssize_t read(int fd, void *buf, size_t count);
  read: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // ssize_t write(int fd, const void *buf, size_t count);
  write: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // int epoll_create1(int flags);
  epoll_create1: { parameters: ["i32"], result: "i32" },
  // int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  // int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout);
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  // int poll(struct pollfd *fds, nfds_t nfds, int timeout);
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  // int eventfd(unsigned int initval, int flags);
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  // long syscall(SYS_io_uring_setup, u32 entries, struct io_uring_params *p); libc has no function for it
  io_uring_setup: { name: "syscall", parameters: ["i64", "u32", "buffer"], result: "i32" },
  // long syscall(SYS_io_uring_enter, int fd, u32 to_submit, u32 min_complete, u32 flags, sigset_t *sig, size_t sz);
  io_uring_enter: {
    name: "syscall",
    parameters: ["i64", "i32", "u32", "u32", "u32", "address", "usize"],
    result: "i32",
  },
  // long syscall(SYS_io_uring_register, int fd, u32 opcode, void *arg, u32 nr_args);
  io_uring_register: { name: "syscall", parameters: ["i64", "i32", "u32", "buffer", "u32"], result: "i32" },
  // void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset);
  mmap: { parameters: ["address", "usize", "i32", "i32", "i32", "i64"], result: "address" },
  // int munmap(void *addr, size_t length);
  munmap: { parameters: ["address", "usize"], result: "i32" },
  // void freeaddrinfo(struct addrinfo *res);
  freeaddrinfo: { parameters: ["address"], result: "i32" },
  // int getifaddrs(struct ifaddrs **ifap);
  getifaddrs: { parameters: ["buffer"], result: "i32" },
  // void freeifaddrs(struct ifaddrs *ifa);
  freeifaddrs: { parameters: ["address"], result: "i32" },
  // int open(const char *pathname, int flags, ...);
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // int open(const char *pathname, int flags, mode_t mode); with O_CREAT
  openCreate: { name: "open", parameters: ["buffer", "i32", "u32"], result: "i32" },
  // int flock(int fd, int op);
  flock: { parameters: ["i32", "i32"], result: "i32" },
  // int pipe2(int pipefd[2], int flags);
  pipe2: { parameters: ["buffer", "i32"], result: "i32" },
  // ssize_t splice(int fd_in, off_t *off_in, int fd_out, off_t *off_out, size_t len, unsigned int flags);
  splice: { parameters: ["i32", "buffer", "i32", "buffer", "usize", "u32"], result: "i32" },
  // ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t count);
  sendfile: { parameters: ["i32", "i32", "buffer", "usize"], result: "i32" },
  // int setns(int fd, int nstype);
  setns: { parameters: ["i32", "i32"], result: "i32" },
  // long syscall(SYS_statx, int dirfd, const char *path, int flags, unsigned int mask, struct statx *buffer); musl has no
  // function for it before 1.2.5
  statx: { name: "syscall", parameters: ["i64", "i32", "buffer", "i32", "u32", "buffer"], result: "i32" },
  // long syscall(SYS_getdents64, int fd, void *dirp, size_t count);
  getdents64: { name: "syscall", parameters: ["i64", "i32", "buffer", "usize"], result: "i32" },
  // int fchmod(int fd, mode_t mode);
  fchmod: { parameters: ["i32", "u32"], result: "i32" },
  // int fchmodat(int dirfd, const char *pathname, mode_t mode, int flags);
  fchmodat: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  // int unlink(const char *pathname);
  unlink: { parameters: ["buffer"], result: "i32" },
  // pid_t getpid(void);
  getpid: { parameters: [], result: "i32" },
  // uid_t getuid(void);
  getuid: { parameters: [], result: "u32" },
  // gid_t getgid(void);
  getgid: { parameters: [], result: "u32" },
  // char *getenv(const char *name);
  getenv: { parameters: ["buffer"], result: "address" },
  // size_t strlen(const char *s);
  strlen: { parameters: ["address"], result: "usize" },
  // void *calloc(size_t nmemb, size_t size);
  calloc: { parameters: ["usize", "usize"], result: "address" },
  // void free(void *ptr);
  free: { parameters: ["address"], result: "i32" },
  // void abort(void);
  abort: { parameters: [], result: "i32" },
  // int *__errno_location(void);
  __errno_location: { parameters: [], result: "address" },
  // void *memcpy(void *dest, const void *src, size_t n); given one buffer twice and n = 0, it answers where that is
  addressOf: { name: "memcpy", parameters: ["buffer", "buffer", "usize"], result: "address" },
  // void *memcpy(void *dest, const void *src, size_t n); from memory that libc owns into a buffer of ours
  copyFrom: { name: "memcpy", parameters: ["buffer", "address", "usize"], result: "address" },
  // void *memcpy(void *dest, const void *src, size_t n); from a buffer of ours into memory that libc owns
  copyTo: { name: "memcpy", parameters: ["address", "buffer", "usize"], result: "address" },
} as const satisfies Record<string, Signature>;

/**
 * The functions that may block whatever their arguments are, and so run off the event loop. Their errno is lost. They
 * get no JavaScript memory: that of a terminated `Worker` is freed while the call still writes to it.
 */
export const BACKGROUND_SYMBOLS = {
  // int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout);
  epoll_wait: { parameters: ["i32", "address", "i32", "i32"], result: "i32" },
  // int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res);
  getaddrinfo: { parameters: ["address", "address", "address", "address"], result: "i32" },
  // int getnameinfo(const struct sockaddr *addr, socklen_t addrlen, char *host, socklen_t hostlen, char *serv,
  //                 socklen_t servlen, int flags);
  getnameinfo: { parameters: ["address", "u32", "address", "u32", "address", "u32", "i32"], result: "i32" },
  // int gethostbyname2_r(const char *name, int af, struct hostent *ret, char *buf, size_t buflen,
  //                      struct hostent **result, int *h_errnop);
  gethostbyname2_r: {
    parameters: ["address", "i32", "address", "address", "usize", "address", "address"],
    result: "i32",
  },
  // int gethostbyaddr_r(const void *addr, socklen_t len, int type, struct hostent *ret, char *buf, size_t buflen,
  //                     struct hostent **result, int *h_errnop);
  gethostbyaddr_r: {
    parameters: ["address", "u32", "i32", "address", "address", "usize", "address", "address"],
    result: "i32",
  },
  // int getservbyname_r(const char *name, const char *proto, struct servent *result_buf, char *buf, size_t buflen,
  //                     struct servent **result);
  getservbyname_r: { parameters: ["address", "address", "address", "address", "usize", "address"], result: "i32" },
  // int getservbyport_r(int port, const char *proto, struct servent *result_buf, char *buf, size_t buflen,
  //                     struct servent **result);
  getservbyport_r: { parameters: ["i32", "address", "address", "address", "usize", "address"], result: "i32" },
} as const satisfies Record<string, Signature>;
