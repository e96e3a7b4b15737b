// Prints, as JSON, the sizes, offsets and constants of this system's netlink headers, and one message that is built
// with their structures.
#include <linux/genetlink.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define NUMBER(name) printf("\"%s\": %ld,\n", #name, (long)(name))
#define SIZE(type) printf("\"sizeof %s\": %zu,\n", #type, sizeof(struct type))
#define OFFSET(type, member) printf("\"%s.%s\": %zu,\n", #type, #member, offsetof(struct type, member))

static char bytes[256];

static int append(int at, int type, const void *data, int length) {
  struct nlattr *attribute = (struct nlattr *)(bytes + at);
  attribute->nla_len = NLA_HDRLEN + length;
  attribute->nla_type = type;
  memcpy(bytes + at + NLA_HDRLEN, data, length);
  return at + NLA_ALIGN(attribute->nla_len);
}

// Attribute 1 u8 7; attribute 2 nested { 3 u16 0x1234, 4 "text", 5 u64 }; attribute 6 u32.
static void build(void) {
  struct nlmsghdr *header = (struct nlmsghdr *)bytes;
  struct genlmsghdr *generic = NLMSG_DATA(header);
  __u8 one = 7;
  __u16 two = 0x1234;
  __u32 four = 0x89abcdef;
  __u64 eight = 0x0123456789abcdefULL;
  struct nlattr *nest;
  int at = NLMSG_HDRLEN + GENL_HDRLEN;
  generic->cmd = 3;
  generic->version = 2;
  at = append(at, 1, &one, sizeof one);
  nest = (struct nlattr *)(bytes + at);
  at += NLA_HDRLEN;
  at = append(at, 3, &two, sizeof two);
  at = append(at, 4, "text", 5);
  at = append(at, 5, &eight, sizeof eight);
  nest->nla_type = 2 | NLA_F_NESTED;
  nest->nla_len = bytes + at - (char *)nest;
  at = append(at, 6, &four, sizeof four);
  header->nlmsg_len = at;
  header->nlmsg_type = 0x21;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header->nlmsg_seq = 0x01020304;
  header->nlmsg_pid = 0x0a0b0c0d;
  printf("\"message\": \"");
  for (int i = 0; i < at; i++) printf("%02x", (unsigned char)bytes[i]);
  printf("\"\n");
}

int main(void) {
  printf("{\n");
  SIZE(nlmsghdr);
  SIZE(nlattr);
  SIZE(genlmsghdr);
  SIZE(nlmsgerr);
  SIZE(inet_diag_sockid);
  SIZE(inet_diag_req_v2);
  SIZE(inet_diag_msg);
  OFFSET(nlmsghdr, nlmsg_type);
  OFFSET(nlmsghdr, nlmsg_flags);
  OFFSET(nlmsghdr, nlmsg_seq);
  OFFSET(nlmsghdr, nlmsg_pid);
  OFFSET(inet_diag_msg, id);
  OFFSET(inet_diag_msg, idiag_uid);
  OFFSET(inet_diag_msg, idiag_inode);
  OFFSET(inet_diag_req_v2, idiag_states);
  OFFSET(inet_diag_sockid, idiag_dport);
  OFFSET(inet_diag_sockid, idiag_src);
  OFFSET(inet_diag_sockid, idiag_dst);
  OFFSET(inet_diag_sockid, idiag_if);
  OFFSET(inet_diag_sockid, idiag_cookie);
  NUMBER(NETLINK_ROUTE);
  NUMBER(NETLINK_SOCK_DIAG);
  NUMBER(NETLINK_GENERIC);
  NUMBER(NETLINK_RDMA);
  NUMBER(NLM_F_REQUEST);
  NUMBER(NLM_F_MULTI);
  NUMBER(NLM_F_ACK);
  NUMBER(NLM_F_ECHO);
  NUMBER(NLM_F_DUMP_INTR);
  NUMBER(NLM_F_ROOT);
  NUMBER(NLM_F_MATCH);
  NUMBER(NLM_F_DUMP);
  NUMBER(NLM_F_DUMP_FILTERED);
  NUMBER(NLM_F_ATOMIC);
  NUMBER(NLM_F_REPLACE);
  NUMBER(NLM_F_EXCL);
  NUMBER(NLM_F_CREATE);
  NUMBER(NLM_F_APPEND);
  NUMBER(NLM_F_NONREC);
  NUMBER(NLM_F_BULK);
  NUMBER(NLM_F_CAPPED);
  NUMBER(NLM_F_ACK_TLVS);
  NUMBER(NLMSG_NOOP);
  NUMBER(NLMSG_ERROR);
  NUMBER(NLMSG_DONE);
  NUMBER(NLMSG_OVERRUN);
  NUMBER(NLMSGERR_ATTR_MSG);
  NUMBER(NLMSGERR_ATTR_OFFS);
  NUMBER(NLMSGERR_ATTR_MISS_TYPE);
  NUMBER(NLMSGERR_ATTR_MISS_NEST);
  NUMBER(NETLINK_ADD_MEMBERSHIP);
  NUMBER(NETLINK_DROP_MEMBERSHIP);
  NUMBER(NETLINK_CAP_ACK);
  NUMBER(NETLINK_EXT_ACK);
  NUMBER(NETLINK_GET_STRICT_CHK);
  NUMBER(GENL_ID_CTRL);
  NUMBER(CTRL_CMD_GETFAMILY);
  NUMBER(CTRL_ATTR_FAMILY_ID);
  NUMBER(CTRL_ATTR_FAMILY_NAME);
  NUMBER(CTRL_ATTR_VERSION);
  NUMBER(CTRL_ATTR_HDRSIZE);
  NUMBER(CTRL_ATTR_MAXATTR);
  NUMBER(SOCK_DIAG_BY_FAMILY);
  NUMBER(SOCK_DESTROY);
  build();
  printf("}\n");
}
