/*
 * Prints what SMC_DIAG reports about each SMC socket, one line of name=value each, from the kernel's own headers:
 * the peer of the TypeScript decoder in the tests. Build: cc -static -O2 -o smc_diag smc_diag.c
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/smc_diag.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#ifndef AF_SMC
#define AF_SMC 43
#endif

static void print_cursor(const char *name, const struct smc_diag_cursor *cursor) {
  printf(" %s=%u:%u", name, cursor->wrap, cursor->count);
}

static void print_attribute(const struct nlattr *attribute) {
  const void *data = (const char *)attribute + NLA_HDRLEN;
  switch (attribute->nla_type & NLA_TYPE_MASK) {
  case SMC_DIAG_SHUTDOWN:
    printf(" shutdown=%u", *(const __u8 *)data);
    break;
  case SMC_DIAG_FALLBACK: {
    const struct smc_diag_fallback *fallback = data;
    printf(" reason=%08x peer_diagnosis=%08x", fallback->reason, fallback->peer_diagnosis);
    break;
  }
  case SMC_DIAG_CONNINFO: {
    const struct smc_diag_conninfo *info = data;
    printf(" token=%u sndbuf=%u rmbe=%u peer_rmbe=%u", info->token, info->sndbuf_size, info->rmbe_size,
           info->peer_rmbe_size);
    print_cursor("rx_prod", &info->rx_prod);
    print_cursor("rx_cons", &info->rx_cons);
    print_cursor("tx_prod", &info->tx_prod);
    print_cursor("tx_cons", &info->tx_cons);
    printf(" flags=%02x%02x%02x%02x", info->rx_prod_flags, info->rx_conn_state_flags, info->tx_prod_flags,
           info->tx_conn_state_flags);
    print_cursor("tx_prep", &info->tx_prep);
    print_cursor("tx_sent", &info->tx_sent);
    print_cursor("tx_fin", &info->tx_fin);
    break;
  }
  case SMC_DIAG_LGRINFO: {
    const struct smc_diag_lgrinfo *info = data;
    printf(" link=%u ibname=%s ibport=%u gid=%s peer_gid=%s role=%u", info->lnk[0].link_id, info->lnk[0].ibname,
           info->lnk[0].ibport, info->lnk[0].gid, info->lnk[0].peer_gid, info->role);
    break;
  }
  }
}

static void print_socket(const struct nlmsghdr *header) {
  const struct smc_diag_msg *msg = NLMSG_DATA(header);
  const char *at = (const char *)(msg + 1), *end = (const char *)header + header->nlmsg_len;
  char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];

  inet_ntop(AF_INET, msg->id.idiag_src, source, sizeof source);
  inet_ntop(AF_INET, msg->id.idiag_dst, destination, sizeof destination);
  printf("family=%u state=%u mode=%u src=%s sport=%u dst=%s dport=%u if=%u uid=%u inode=%llu", msg->diag_family,
         msg->diag_state, msg->diag_mode, source, ntohs(msg->id.idiag_sport), destination, ntohs(msg->id.idiag_dport),
         msg->id.idiag_if, msg->diag_uid, (unsigned long long)msg->diag_inode);
  while (at + NLA_HDRLEN <= end) {
    const struct nlattr *attribute = (const struct nlattr *)at;
    if (attribute->nla_len < NLA_HDRLEN) break;
    print_attribute(attribute);
    at += NLA_ALIGN(attribute->nla_len);
  }
  printf("\n");
}

int main(void) {
  static char buffer[1 << 20];
  struct {
    struct nlmsghdr header;
    struct smc_diag_req req;
  } request = {
    .header = { sizeof request, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 },
    .req = { .diag_family = AF_SMC, .diag_ext = 0x1f },
  };
  int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG);

  if (fd < 0 || send(fd, &request, sizeof request, 0) < 0) return perror("smc_diag"), 1;
  for (;;) {
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);
    struct nlmsghdr *header = (struct nlmsghdr *)buffer;
    if (length < 0) return perror("smc_diag"), 1;
    for (; NLMSG_OK(header, length); header = NLMSG_NEXT(header, length)) {
      if (header->nlmsg_type == NLMSG_DONE) return 0;
      if (header->nlmsg_type == NLMSG_ERROR) return fprintf(stderr, "smc_diag: refused\n"), 1;
      print_socket(header);
    }
  }
}
