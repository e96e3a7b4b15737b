import type { Layout } from "../system.ts";

/**
 * The layout of Linux on a processor with 64-bit pointers.
 *
 * ```c
 * struct epoll_event {
 *   uint32_t     events;
 *   epoll_data_t data;            // 8 bytes; the structure is packed on x86-64 only
 * };
 * struct msghdr {
 *   void         *msg_name;       //  0: sockaddr
 *   socklen_t     msg_namelen;    //  8
 *   struct iovec *msg_iov;        // 16
 *   size_t        msg_iovlen;     // 24
 *   void         *msg_control;    // 32
 *   size_t        msg_controllen; // 40
 *   int           msg_flags;      // 48
 * };
 * struct cmsghdr {
 *   size_t        cmsg_len;       //  0: header and data, without the padding behind it
 *   int           cmsg_level;     //  8
 *   int           cmsg_type;      // 12
 *   unsigned char cmsg_data[];    // 16
 * };
 * ```
 */
export function linuxLayout(arch: string): Layout {
  const isPacked = arch === "x86_64";
  return {
    epollEventSize: isPacked ? 12 : 16,
    epollDataOffset: isPacked ? 4 : 8,
    msghdrSize: 56,
    iovecSize: 16,
    cmsghdrSize: 16,
    statxNumber: isPacked ? 332n : 291n,
    O_NOFOLLOW: isPacked ? 0o400000 : 0o100000,
    getdents64Number: isPacked ? 217n : 61n,
  };
}
