import { linuxLayout } from "../../ffi/linux/layout.ts";
import { addressOf, copyMemory } from "../../ffi/mod.ts";
import { MessageHeader } from "../../socket/operations/message_header.ts";
import { assertEquals, test } from "../runner/mod.ts";
import { judge, testWithCompilers } from "./c_asserts.ts";

const HEADERS = ["stddef.h", "sys/socket.h", "sys/un.h", "sys/uio.h", "netinet/in.h", "netdb.h", "sys/epoll.h"];

/** Offset and size of each member, as the library's code and the comments in it have them. */
const STRUCTS: Record<string, { size: number; members: Record<string, [offset: number, size: number]> }> = {
  "struct msghdr": {
    size: 56,
    members: {
      msg_name: [0, 8],
      msg_namelen: [8, 4],
      msg_iov: [16, 8],
      msg_iovlen: [24, 8],
      msg_control: [32, 8],
      msg_controllen: [40, 8],
      msg_flags: [48, 4],
    },
  },
  "struct mmsghdr": { size: 64, members: { msg_hdr: [0, 56], msg_len: [56, 4] } },
  "struct iovec": { size: 16, members: { iov_base: [0, 8], iov_len: [8, 8] } },
  "struct cmsghdr": { size: 16, members: { cmsg_len: [0, 8], cmsg_level: [8, 4], cmsg_type: [12, 4] } },
  "struct addrinfo": {
    size: 48,
    members: {
      ai_flags: [0, 4],
      ai_family: [4, 4],
      ai_socktype: [8, 4],
      ai_protocol: [12, 4],
      ai_addrlen: [16, 4],
      ai_addr: [24, 8],
      ai_canonname: [32, 8],
      ai_next: [40, 8],
    },
  },
  "struct sockaddr": { size: 16, members: { sa_family: [0, 2], sa_data: [2, 14] } },
  "struct sockaddr_storage": { size: 128, members: { ss_family: [0, 2] } },
  "struct sockaddr_in": { size: 16, members: { sin_family: [0, 2], sin_port: [2, 2], sin_addr: [4, 4] } },
  "struct sockaddr_in6": {
    size: 28,
    members: {
      sin6_family: [0, 2],
      sin6_port: [2, 2],
      sin6_flowinfo: [4, 4],
      sin6_addr: [8, 16],
      sin6_scope_id: [24, 4],
    },
  },
  "struct sockaddr_un": { size: 110, members: { sun_family: [0, 2], sun_path: [2, 108] } },
  "struct linger": { size: 8, members: { l_onoff: [0, 4], l_linger: [4, 4] } },
};

testWithCompilers("the C structures have the sizes and offsets that the library uses", async (compiler, arch) => {
  const { epollEventSize, epollDataOffset } = linuxLayout(arch);
  const structs = {
    ...STRUCTS,
    "struct epoll_event": { size: epollEventSize, members: { events: [0, 4], data: [epollDataOffset, 8] } },
  };
  const asserts = new Map<string, string>();
  for (const [type, { size, members }] of Object.entries(structs)) {
    asserts.set(type, `sizeof(${type}) == ${size}`);
    for (const [member, [offset, length]] of Object.entries(members)) {
      const place = `offsetof(${type}, ${member}) == ${offset}`;
      asserts.set(`${type}.${member}`, `${place} && sizeof(((${type} *)0)->${member}) == ${length}`);
    }
  }
  assertEquals(await judge(compiler, HEADERS, asserts), { wrong: [], unknown: [] });
});

testWithCompilers("the machine is little-endian, its pointers and longs have 8 bytes", async (compiler) => {
  const asserts = new Map([
    ["order", "__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__"],
    ["pointer", "sizeof(void *) == 8 && sizeof(long) == 8 && sizeof(size_t) == 8"],
    ["int", "sizeof(int) == 4 && sizeof(socklen_t) == 4"],
  ]);
  assertEquals(await judge(compiler, HEADERS, asserts), { wrong: [], unknown: [] });
});

test("MessageHeader puts each member at its offset in the structure", () => {
  const { "struct msghdr": msghdr, "struct iovec": iovec } = STRUCTS;
  if (msghdr === undefined || iovec === undefined) throw new Error("unreachable");
  const buffers = [new Uint8Array([1, 2, 3]), new Uint8Array(70_000), new Uint8Array(0)];
  const sockaddr = new Uint8Array(16);
  const control = new Uint8Array(24);
  const header = new MessageHeader(buffers, sockaddr, control);
  assertEquals(header.bytes.length, msghdr.size);
  const member = (name: string) => read(header.bytes, msghdr.members[name] ?? [0, 0]);
  assertEquals(member("msg_name"), addressOf(sockaddr));
  assertEquals(member("msg_namelen"), 16n);
  assertEquals(member("msg_iovlen"), 3n);
  assertEquals(member("msg_control"), addressOf(control));
  assertEquals(member("msg_controllen"), 24n);
  assertEquals(member("msg_flags"), 0n);
  const vectors = new Uint8Array(3 * iovec.size);
  copyMemory(vectors, member("msg_iov"));
  for (const [i, buffer] of buffers.entries()) {
    const vector = vectors.subarray(i * iovec.size);
    assertEquals(read(vector, iovec.members["iov_base"] ?? [0, 0]), buffer.length === 0 ? 0n : addressOf(buffer));
    assertEquals(read(vector, iovec.members["iov_len"] ?? [0, 0]), BigInt(buffer.length));
  }
});

function read(bytes: Uint8Array, [offset, size]: [number, number]): bigint {
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = value << 8n | BigInt(bytes[offset + i] ?? 0);
  return value;
}
