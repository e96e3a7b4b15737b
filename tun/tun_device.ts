import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkBuffer } from "../checks/check_buffer.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { C } from "../ffi/constants.ts";
import { errnoName } from "../ffi/errno.ts";
import { describeError, isSystemError, systemError } from "../ffi/error.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { AsyncDescriptor, nameWaits } from "../socket/async_descriptor.ts";
import { ADDRESS, type Addressed } from "../socket/inspect.ts";
import { inNetworkNamespace } from "../socket/network_namespace.ts";
import { Operation } from "../socket/operation.ts";
import { untilClosed } from "../socket/until_closed.ts";
import type { WaitOptions } from "../socket/wait_options.ts";

/** Options of {@linkcode TunDevice.open}. */
export interface TunOpenOptions {
  /**
   * What it carries: IP packets (`"tun"`), or Ethernet frames (`"tap"`).
   *
   * @default {"tun"}
   */
  kind?: "tun" | "tap";
  /** The interface's name, which may have `%d` for a number. Default: `"tun%d"` or `"tap%d"`. */
  name?: string;
  /**
   * Each packet has 4 bytes before it: `IFF_*` flags and the protocol (`ETH_P_*`), both in network order.
   *
   * @default {false}
   */
  packetInfo?: boolean;
  /**
   * Several descriptors serve one interface (`IFF_MULTI_QUEUE`).
   *
   * @default {false}
   */
  multiQueue?: boolean;
  /** The network namespace of the interface, such as `/run/netns/blue`. Needs CAP_SYS_ADMIN. */
  networkNamespace?: string;
}

const OPTIONS: OptionNames<TunOpenOptions> = {
  kind: true,
  name: true,
  packetInfo: "boolean",
  multiQueue: "boolean",
  networkNamespace: true,
};
const PATH = "/dev/net/tun";
/** `IFNAMSIZ`, and `sizeof(struct ifreq)`. */
const [NAME_SIZE, IFREQ_SIZE] = [16, 40];
/** What the kernel's errors mean here. */
const WHY: Partial<Record<string, string>> = {
  EPERM: "it needs CAP_NET_ADMIN",
  EBUSY: "it is open already, and not with multiQueue",
  EINVAL: "there is another interface of that name, or of another kind",
};
/** No IP packet is longer; plus 4 for the optional packet information, and 18 for Ethernet. */
const MAX_PACKET = 65_535 + 4 + 18;

/**
 * A network interface that this program implements: it receives what the kernel sends through the interface, and the
 * kernel receives what it sends as if from a network. Closing it removes the interface.
 *
 * The interface is down at first and has no address: change that with `@berkeley/sockets/netlink/route` or ip(8).
 *
 * @see {@link https://docs.kernel.org/networking/tuntap.html | Universal TUN/TAP device driver}
 *
 * @example Open a device, if permitted
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TunDevice } from "@berkeley/sockets/tun";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using device = TunDevice.open({ name: "example%d" });
 *   assertEquals(device.name.slice(0, 7), "example");
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // no /dev/net/tun, or no CAP_NET_ADMIN
 * }
 * ```
 */
export class TunDevice extends AsyncDescriptor implements AsyncIterable<Uint8Array>, Addressed {
  /** The name of the interface. */
  readonly name: string;

  private constructor(fd: number, name: string) {
    super(fd);
    this.name = name;
    nameWaits(this, this);
  }

  /** The name of the interface, for the error of a timeout. */
  [ADDRESS](): string {
    return this.name;
  }

  /**
   * Creates an interface, or attaches to a persistent one. Needs CAP_NET_ADMIN. Permission: `--allow-ffi`.
   *
   * ```c
   * struct ifreq { char ifr_name[IFNAMSIZ]; union { short ifr_flags; … }; };   // 0, 16
   * ```
   *
   * @param options The interface.
   * @returns The device.
   * @throws {TypeError | RangeError} If the name is longer than 15 bytes, or no interface can have it.
   * @throws {SystemError} If it is not permitted (`EPERM`), the name is taken (`EBUSY`), or there is no `/dev/net/tun`
   * (`ENOENT`).
   */
  static open(options: TunOpenOptions = {}): TunDevice {
    checkArgumentCount("call open", arguments.length, "options");
    options = checkOptions("open a TUN device", options, OPTIONS);
    const { kind = "tun", name = `${kind}%d`, packetInfo = false, multiQueue = false } = options;
    if (kind !== "tun" && kind !== "tap") {
      throw new TypeError(`Cannot open a TUN device as the kind must be "tun" or "tap": current value is "${kind}"`);
    }
    if (typeof name !== "string") {
      throw new TypeError(`Cannot open a TUN device as its name must be a string: current value is ${quoted(name)}`);
    }
    const encoded = new TextEncoder().encode(name);
    if (encoded.length >= NAME_SIZE || encoded.includes(0)) {
      throw new RangeError(`Cannot open a TUN device as its name must be up to 15 bytes: current value is "${name}"`);
    }
    if (/[\s/:]|^\.\.?$|%(?!d)|%d.*%/.test(name)) {
      throw new TypeError(
        `Cannot open a TUN device as its name may have %d once, but no space, / or :: current value is "${name}"`,
      );
    }
    const request = new Uint8Array(IFREQ_SIZE);
    request.set(encoded);
    const flags = (kind === "tun" ? C.IFF_TUN : C.IFF_TAP) | (packetInfo ? 0 : C.IFF_NO_PI) |
      (multiQueue ? C.IFF_MULTI_QUEUE : 0);
    new DataView(request.buffer).setUint16(NAME_SIZE, flags, HOST_LITTLE_ENDIAN);
    const path = new TextEncoder().encode(`${PATH}\0`);
    const { networkNamespace } = options;
    const open = (): number => check(libc().open(path, C.O_RDWR | C.O_CLOEXEC | C.O_NONBLOCK), "open", PATH);
    const fd = networkNamespace === undefined ? open() : inNetworkNamespace(networkNamespace, open);
    try {
      check(libc().ioctl(fd, BigInt(C.TUNSETIFF), request), "ioctl", name);
      const given = request.subarray(0, NAME_SIZE);
      return new TunDevice(fd, new TextDecoder().decode(given.subarray(0, given.indexOf(0))));
    } catch (error) {
      libc().close(fd);
      const why = isSystemError(error) ? WHY[error.code] : undefined;
      if (!isSystemError(error) || why === undefined) throw error;
      const { code, errno, syscall } = error;
      throw describeError(`Cannot open TUN device ${name}: ${why} (${code})`, { code, errno, syscall });
    }
  }

  /**
   * Waits for a packet and receives it.
   *
   * @param options How long to wait.
   * @returns The packet, whole.
   * @throws {SystemError} If the device is closed (`EBADF`).
   */
  receive(options?: WaitOptions): Promise<Uint8Array<ArrayBuffer>> {
    if (arguments.length > 1) return refuseArguments("call receive", arguments.length, "{ signal, timeout }");
    return this.run("read", new PacketRead(this.fd), options);
  }

  /**
   * Sends a packet: the kernel treats it as received through the interface.
   *
   * @param packet The packet.
   * @param options How long to wait.
   * @returns How many bytes were sent: all of them.
   * @throws {SystemError} If it is not a valid packet (`EINVAL`), or the interface is down (`EIO`).
   */
  send(packet: Uint8Array, options?: WaitOptions): Promise<number> {
    if (arguments.length > 2) return refuseArguments("call send", arguments.length, "packet", "{ signal, timeout }");
    return this.run("write", new PacketWrite(this.fd, packet), options);
  }

  /** The packets, until the device is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return untilClosed(this, () => this.receive());
  }
}

/** `undefined` where the call would block; throws any other error. */
function blocked(n: number, syscall: string): undefined {
  if (errnoName(-n) !== "EAGAIN") throw systemError(-n, syscall);
  return undefined;
}

// Used within one synchronous call, never across a wait.
let scratch: Uint8Array<ArrayBuffer> | undefined;

/** read(2) of one packet. */
class PacketRead extends Operation<Uint8Array<ArrayBuffer>> {
  readonly syscall = "read";
  readonly #fd: number;

  constructor(fd: number) {
    super();
    this.#fd = fd;
  }

  attempt(): Uint8Array<ArrayBuffer> | undefined {
    scratch ??= new Uint8Array(MAX_PACKET);
    const n = outcome(libc().read(this.#fd, scratch, BigInt(MAX_PACKET)));
    return n >= 0 ? scratch.slice(0, n) : blocked(n, "read");
  }
}

/** write(2) of one packet. */
class PacketWrite extends Operation<number> {
  readonly syscall = "write";
  readonly #fd: number;
  readonly #packet: Uint8Array;
  readonly #length: number;

  constructor(fd: number, packet: Uint8Array) {
    super();
    this.#fd = fd;
    this.#packet = packet;
    this.#length = packet?.byteLength;
  }

  attempt(): number | undefined {
    checkBuffer(this.#packet, this.#length);
    const n = outcome(libc().write(this.#fd, this.#packet, BigInt(this.#length)));
    return n >= 0 ? n : blocked(n, "write");
  }
}
