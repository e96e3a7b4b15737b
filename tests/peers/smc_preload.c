/* What smc_run of smc-tools preloads: TCP sockets of a program become AF_SMC, which falls back to TCP. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <sys/socket.h>

int socket(int domain, int type, int protocol) {
    static int (*original)(int, int, int);
    if (!original) original = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
    int kind = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
    if ((domain == AF_INET || domain == AF_INET6) && kind == SOCK_STREAM &&
        (protocol == 0 || protocol == IPPROTO_TCP)) {
        /* SMCPROTO_SMC, SMCPROTO_SMC6 */
        protocol = domain == AF_INET6;
        domain = AF_SMC;
    }
    return original(domain, type, protocol);
}
