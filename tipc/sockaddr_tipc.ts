import { checkBytes } from "../checks/check_bytes.ts";
import { checkObject } from "../checks/check_object.ts";
import { oneOf } from "../checks/one_of.ts";
import { checkAddress, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";

/** Where a name is known: in the cluster, or only on this node. */
export type TipcScope = "cluster" | "node";

/** The name of a service: each message to it goes to one of the sockets that are bound to it. */
export interface TipcServiceAddr {
  /** The type of the service, 64 or more. */
  service: number;
  /** Its instance. */
  instance: number;
  /**
   * Where to look it up when sending: the number of a node.
   *
   * @default {0}
   */
  domain?: number;
  /**
   * Where it is known, when binding.
   *
   * @default {"cluster"}
   */
  scope?: TipcScope;
}

/** A range of instances: to bind to all of them, or to send to every socket that is bound to one. */
export interface TipcServiceRange {
  /** The type of the service, 64 or more. */
  service: number;
  /** The first instance. */
  lower: number;
  /** The last instance. */
  upper: number;
  /**
   * Where it is known, when binding.
   *
   * @default {"cluster"}
   */
  scope?: TipcScope;
}

/** A single socket, by the kernel's number. */
export interface TipcSocketAddr {
  /** The number of the socket on its node. */
  ref: number;
  /** The number of the node; 0 if none is configured. */
  node: number;
}

/** A TIPC address. */
export type TipcAddr = TipcServiceAddr | TipcServiceRange | TipcSocketAddr;

/** The names of the fields of each kind of address. */
const NAMES: {
  service: OptionNames<TipcServiceAddr>;
  range: OptionNames<TipcServiceRange>;
  socket: OptionNames<TipcSocketAddr>;
} = {
  service: { service: true, instance: true, domain: true, scope: true },
  range: { service: true, lower: true, upper: true, scope: true },
  socket: { ref: true, node: true },
};
/** The names of the fields of any address. */
export const TIPC_ADDR: OptionNames<TipcAddr> = { ...NAMES.service, ...NAMES.range, ...NAMES.socket };

const ENCODE = "encode sockaddr_tipc";
/** `sizeof(struct sockaddr_tipc)`, and the values of `addrtype` and `scope`. */
const SIZE = 16;
const [SERVICE_RANGE, SERVICE_ADDR, SOCKET_ADDR] = [1, 2, 3];
const SCOPES = { cluster: 2, node: 3 };

/**
 * Encodes an address as a `struct sockaddr_tipc`. No permission is needed.
 *
 * ```c
 * struct sockaddr_tipc {
 *   unsigned short family;    // 0
 *   unsigned char  addrtype;  // 2, TIPC_SERVICE_RANGE, TIPC_SERVICE_ADDR or TIPC_SOCKET_ADDR
 *   signed char    scope;     // 3
 *   union {                   // 4
 *     struct { __u32 ref; __u32 node; } id;
 *     struct { __u32 type; __u32 lower; __u32 upper; } nameseq;
 *     struct { struct { __u32 type; __u32 instance; } name; __u32 domain; } name;
 *   } addr;
 * };
 * ```
 *
 * @param addr The address.
 * @returns The 16 bytes.
 * @throws {RangeError} If a number does not fit its field.
 * @throws {TypeError} If the scope is unknown, or the address has a field that its kind does not have.
 *
 * @see {@link https://man7.org/linux/man-pages/man8/tipc.8.html | tipc(8)}
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrTipc, encodeSockaddrTipc } from "@berkeley/sockets/tipc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeSockaddrTipc(encodeSockaddrTipc({ ref: 7, node: 1 })), { ref: 7, node: 1 });
 * ```
 */
export function encodeSockaddrTipc(addr: TipcAddr): Uint8Array<ArrayBuffer> {
  checkObject(ENCODE, "the address", addr);
  checkAddress("sockaddr_tipc", addr, "ref" in addr ? NAMES.socket : "lower" in addr ? NAMES.range : NAMES.service);
  const view = new DataView(new ArrayBuffer(SIZE));
  const scope = oneOf(ENCODE, "scope", "scope" in addr ? addr.scope ?? "cluster" : "cluster", SCOPES);
  const [type, words] = "ref" in addr
    ? [SOCKET_ADDR, { ref: addr.ref, node: addr.node, "": 0 }]
    : "lower" in addr
    ? [SERVICE_RANGE, { service: addr.service, lower: addr.lower, upper: addr.upper }]
    : [SERVICE_ADDR, { service: addr.service, instance: addr.instance, domain: addr.domain ?? 0 }];
  view.setUint16(0, C.AF_TIPC, HOST_LITTLE_ENDIAN);
  view.setUint8(2, type);
  view.setInt8(3, scope);
  for (const [i, [field, value]] of Object.entries(words).entries()) {
    view.setUint32(4 + i * 4, within(ENCODE, field, value, 0xffffffff), HOST_LITTLE_ENDIAN);
  }
  return new Uint8Array(view.buffer);
}

/**
 * Decodes a `struct sockaddr_tipc`. No permission is needed.
 *
 * @param bytes The structure.
 * @returns The address.
 * @throws {RangeError} If it is shorter than 16 bytes, of another family, or of an unknown type.
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrTipc, encodeSockaddrTipc } from "@berkeley/sockets/tipc";
 * import { assertEquals } from "@std/assert";
 *
 * const range = { service: 1000, lower: 1, upper: 9 };
 * assertEquals(decodeSockaddrTipc(encodeSockaddrTipc(range)), range);
 * ```
 */
export function decodeSockaddrTipc(bytes: Uint8Array): TipcAddr {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < SIZE || view.getUint16(0, HOST_LITTLE_ENDIAN) !== C.AF_TIPC) {
    throw new RangeError(`Cannot decode sockaddr_tipc as it must be 16 bytes of AF_TIPC: length is ${bytes.length}`);
  }
  const [first, second, third] = [4, 8, 12].map((at) => view.getUint32(at, HOST_LITTLE_ENDIAN)) as [
    number,
    number,
    number,
  ];
  switch (view.getUint8(2)) {
    case SOCKET_ADDR:
      return { ref: first, node: second };
    case SERVICE_RANGE:
      return { service: first, lower: second, upper: third };
    case SERVICE_ADDR:
      return { service: first, instance: second, domain: third };
  }
  throw new RangeError(`Cannot decode sockaddr_tipc of an unknown type: current value is ${view.getUint8(2)}`);
}

/** The codec for TIPC's addresses. */
export const tipcAddrCodec: AddrCodec<TipcAddr> = {
  encode: encodeSockaddrTipc,
  decode: decodeSockaddrTipc,
  format: (addr) =>
    "ref" in addr
      ? `tipc:${addr.ref}@${addr.node}`
      : `tipc:${addr.service}:${"lower" in addr ? `${addr.lower}-${addr.upper}` : addr.instance}`,
};
