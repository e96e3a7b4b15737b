/*
 * Gives the guest an RDMA device and SMC a user-defined EID, without iproute2 and smc-tools:
 *
 *   smc_setup rxe NAME NETDEV     soft-RoCE over a network device
 *   smc_setup add EID             SMC-Rv2 needs one on each side
 *   smc_setup remove EID
 *
 * Build: cc -static -O2 -o smc_setup smc_setup.c
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef NETLINK_RDMA
#define NETLINK_RDMA 20
#endif
/* include/uapi/rdma/rdma_netlink.h */
#define RDMA_NL_NLDEV 5
#define RDMA_NLDEV_CMD_NEWLINK 3
#define RDMA_NLDEV_ATTR_DEV_NAME 2
#define RDMA_NLDEV_ATTR_NDEV_NAME 51
#define RDMA_NLDEV_ATTR_LINK_TYPE 65
/* include/uapi/linux/smc.h */
#define SMC_NETLINK_ADD_UEID 10
#define SMC_NETLINK_REMOVE_UEID 11
#define SMC_NLA_EID_TABLE_ENTRY 1
#define SMC_MAX_EID_LEN 32

static union {
  struct nlmsghdr header;
  char bytes[8192];
} message;

static void begin(int type) {
  memset(&message, 0, sizeof message);
  message.header.nlmsg_len = NLMSG_HDRLEN;
  message.header.nlmsg_type = type;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  message.header.nlmsg_seq = 1;
}

static void append(const void *data, size_t length) {
  memcpy(message.bytes + message.header.nlmsg_len, data, length);
  message.header.nlmsg_len += NLMSG_ALIGN(length);
}

static void append_attribute(int type, const void *data, size_t length) {
  struct nlattr attribute = { .nla_len = NLA_HDRLEN + length, .nla_type = type };
  append(&attribute, sizeof attribute);
  append(data, length);
}

/* Sends the message, and leaves the first answer in it. Returns 0 or -errno. */
static int exchange(int fd) {
  if (send(fd, message.bytes, message.header.nlmsg_len, 0) < 0) return -errno;
  memset(&message, 0, sizeof message);
  if (recv(fd, message.bytes, sizeof message.bytes, 0) < 0) return -errno;
  if (message.header.nlmsg_type != NLMSG_ERROR) return 0;
  return ((struct nlmsgerr *)NLMSG_DATA(&message.header))->error;
}

static int add_rxe(const char *name, const char *netdev) {
  int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_RDMA);
  begin(RDMA_NL_NLDEV << 10 | RDMA_NLDEV_CMD_NEWLINK);
  append_attribute(RDMA_NLDEV_ATTR_DEV_NAME, name, strlen(name) + 1);
  append_attribute(RDMA_NLDEV_ATTR_LINK_TYPE, "rxe", 4);
  append_attribute(RDMA_NLDEV_ATTR_NDEV_NAME, netdev, strlen(netdev) + 1);
  return exchange(fd);
}

static int change_ueid(int command, const char *eid) {
  int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC), error, family = 0;
  struct genlmsghdr resolve = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 }, change = { .cmd = command, .version = 1 };
  char padded[SMC_MAX_EID_LEN + 1], *at, *end;

  begin(GENL_ID_CTRL);
  append(&resolve, sizeof resolve);
  append_attribute(CTRL_ATTR_FAMILY_NAME, "SMC_GEN_NETLINK", sizeof "SMC_GEN_NETLINK");
  if ((error = exchange(fd)) != 0) return error;
  at = message.bytes + NLMSG_HDRLEN + GENL_HDRLEN;
  end = message.bytes + message.header.nlmsg_len;
  while (at + NLA_HDRLEN <= end) {
    struct nlattr *attribute = (struct nlattr *)at;
    if (attribute->nla_len < NLA_HDRLEN) break;
    if (attribute->nla_type == CTRL_ATTR_FAMILY_ID) family = *(__u16 *)(at + NLA_HDRLEN);
    at += NLA_ALIGN(attribute->nla_len);
  }
  recv(fd, &padded, sizeof padded, MSG_DONTWAIT); /* the acknowledgement */

  memset(padded, ' ', SMC_MAX_EID_LEN);
  padded[SMC_MAX_EID_LEN] = 0;
  memcpy(padded, eid, strlen(eid) > SMC_MAX_EID_LEN ? SMC_MAX_EID_LEN : strlen(eid));
  begin(family);
  append(&change, sizeof change);
  append_attribute(SMC_NLA_EID_TABLE_ENTRY, padded, sizeof padded);
  return exchange(fd);
}

int main(int argc, char **argv) {
  int error = -EINVAL;
  if (argc == 4 && strcmp(argv[1], "rxe") == 0) error = add_rxe(argv[2], argv[3]);
  if (argc == 3 && strcmp(argv[1], "add") == 0) error = change_ueid(SMC_NETLINK_ADD_UEID, argv[2]);
  if (argc == 3 && strcmp(argv[1], "remove") == 0) error = change_ueid(SMC_NETLINK_REMOVE_UEID, argv[2]);
  if (error != 0) fprintf(stderr, "smc_setup: %s\n", strerror(-error));
  return error != 0;
}
