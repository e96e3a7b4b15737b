import { runtime } from "../../ffi/platform.ts";
import { ignore, test } from "../runner/mod.ts";

// The C prototypes, in the order of the table. struct in_addr { in_addr_t s_addr; } goes by value to inet_ntoa().
//   int inet_aton(const char *cp, struct in_addr *inp);
//   char *inet_ntoa(struct in_addr in);
//   int inet_pton(int af, const char *src, void *dst);
//   const char *inet_ntop(int af, const void *src, char *dst, socklen_t size);
//   uint16_t htons(uint16_t), ntohs(uint16_t);  uint32_t htonl(uint32_t), ntohl(uint32_t);
//   int socket(int domain, int type, int protocol);
//   int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen);
//   int getsockname(int sockfd, struct sockaddr *addr, socklen_t *addrlen);
//   int close(int fd);
const SYMBOLS = {
  gnu_get_libc_version: { parameters: [], result: "pointer" },
  inet_aton: { parameters: ["buffer", "buffer"], result: "i32" },
  inet_ntoa: { parameters: [{ struct: ["u32"] }], result: "pointer" },
  inet_pton: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  inet_ntop: { parameters: ["i32", "buffer", "buffer", "u32"], result: "pointer" },
  htons: { parameters: ["u16"], result: "u16" },
  ntohs: { parameters: ["u16"], result: "u16" },
  htonl: { parameters: ["u32"], result: "u32" },
  ntohl: { parameters: ["u32"], result: "u32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** glibc's own functions. */
export type Glibc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** Registers a test that calls glibc; with another C library it is skipped by name. */
export function testGlibc(name: string, fn: (libc: Glibc) => void): void {
  if (runtime() !== "deno") return ignore(name, "glibc is opened by Deno.dlopen here");
  try {
    Deno.dlopen("libc.so.6", SYMBOLS).close();
  } catch (error) {
    return ignore(name, error instanceof Deno.errors.NotCapable ? "needs --allow-ffi" : "needs glibc");
  }
  test(name, () => {
    const library = Deno.dlopen("libc.so.6", SYMBOLS);
    try {
      fn(library.symbols);
    } finally {
      library.close();
    }
  });
}

const text = new TextEncoder();

/** The C string of `value`. */
export function cString(value: string): Uint8Array<ArrayBuffer> {
  return text.encode(value + "\0");
}
