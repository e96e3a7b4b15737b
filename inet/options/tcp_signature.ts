import { checkBytes } from "../../checks/check_bytes.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { within } from "../../checks/within.ts";
import { HOST_LITTLE_ENDIAN, SOCKADDR_STORAGE_SIZE } from "../../ffi/sockaddr_layout.ts";
import { encodeInt, type WritableOption, writableOption } from "../../socket/option.ts";
import { encodeInetSockaddr } from "../addresses/sockaddr.ts";

/** The key for segments from and to an address (RFC 2385), for {@linkcode TCP_MD5SIG}. */
export interface TcpSignature {
  /** The numeric address of the other end, of the socket's family. */
  hostname: string;
  /** The key, at most 80 bytes; empty to remove it. */
  key: Uint8Array;
}

/** Like {@linkcode TcpSignature}, for a range of addresses, for {@linkcode TCP_MD5SIG_EXT}. */
export interface TcpNetworkSignature extends TcpSignature {
  /** Bits of the address that count. Default: all. */
  prefixLength?: number;
  /** The index of the interface (of an L3 master device) that the key is for. Default: any. */
  interfaceIndex?: number;
}

const FIELDS: OptionNames<TcpSignature> = { hostname: true, key: true };
const NETWORK_FIELDS: OptionNames<TcpNetworkSignature> = { ...FIELDS, prefixLength: true, interfaceIndex: true };

const MAX_KEY = 80;
const [FLAG_PREFIX, FLAG_INTERFACE] = [1, 2];

/**
 * The options that sign segments.
 *
 * ```c
 * struct tcp_md5sig {
 *   struct sockaddr_storage tcpm_addr;       //   0
 *   __u8                    tcpm_flags;      // 128: TCP_MD5SIG_FLAG_PREFIX 1, TCP_MD5SIG_FLAG_IFINDEX 2
 *   __u8                    tcpm_prefixlen;  // 129
 *   __u16                   tcpm_keylen;     // 130
 *   int                     tcpm_ifindex;    // 132
 *   __u8                    tcpm_key[80];    // 136
 * };
 * ```
 */
export function signatureOption(name: "TCP_MD5SIG" | "TCP_MD5SIG_EXT"): WritableOption<TcpNetworkSignature> {
  // Without EXT, the kernel ignores the other two.
  const fields = name === "TCP_MD5SIG" ? FIELDS : NETWORK_FIELDS;
  return writableOption("IPPROTO_TCP", name, (signature) => {
    const { hostname, key, prefixLength, interfaceIndex } = checkOptions(`set ${name}`, signature, fields);
    checkBytes(key);
    if (key.length > MAX_KEY) {
      throw new RangeError(
        `Cannot set ${name} as the key must be <= ${MAX_KEY} bytes: current length is ${key.length}`,
      );
    }
    const bytes = new Uint8Array(SOCKADDR_STORAGE_SIZE + 8 + MAX_KEY);
    const view = new DataView(bytes.buffer);
    bytes.set(encodeInetSockaddr({ hostname, port: 0 }));
    bytes[128] = (prefixLength === undefined ? 0 : FLAG_PREFIX) | (interfaceIndex === undefined ? 0 : FLAG_INTERFACE);
    if (prefixLength !== undefined) bytes[129] = within(`set ${name}`, "prefix length", prefixLength, 128);
    view.setUint16(130, key.length, HOST_LITTLE_ENDIAN);
    if (interfaceIndex !== undefined) bytes.set(encodeInt(interfaceIndex, name), 132);
    bytes.set(key, 136);
    return bytes;
  });
}
