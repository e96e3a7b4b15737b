import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { describeError, isSystemError } from "../ffi/error.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";
import { controlMessageSpace } from "../socket/control_message.ts";
import { DatagramSocket } from "../socket/datagram_socket.ts";
import { interfaceIndex } from "../socket/interface_index.ts";
import { OPEN_OPTIONS, type OpenOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import type { ReceiveOptions } from "../socket/transfer.ts";
import { AUXDATA_SIZE, decodePacketAuxdata, type PacketAuxdata } from "./auxdata.ts";
import { PACKET_ADD_MEMBERSHIP } from "./packet_options.ts";
import { decodeSockaddrLl, encodeSockaddrLl, type PacketAddr } from "./sockaddr_ll.ts";

/** Options of {@linkcode PacketSocket.open}. */
export interface PacketOpenOptions extends OpenOptions {
  /**
   * The packets to receive: `ETH_P_ALL`, or one protocol such as `ETH_P_IP`, in host order.
   *
   * @default {ETH_P_ALL}
   */
  protocol?: number;
  /** The interface, by name or index. Default: all. */
  interface?: string | number;
  /**
   * `SOCK_DGRAM`: packets without the link header, which the address replaces.
   *
   * @default {false}
   */
  cooked?: boolean;
  /**
   * Makes the interface also receive the packets of other hosts, as long as the socket is open. Needs an `interface`.
   *
   * @default {false}
   */
  promiscuous?: boolean;
}

const PACKET_OPEN_OPTIONS: OptionNames<PacketOpenOptions> = {
  ...OPEN_OPTIONS,
  cooked: "boolean",
  interface: true,
  promiscuous: "boolean",
  protocol: true,
};

/** A received packet, with its ancillary data. */
export interface PacketMessage {
  /** The bytes. */
  data: Uint8Array;
  /** Where it came from. */
  addr: PacketAddr;
  /** Whether bytes were cut off because the buffer was too small. */
  truncated: boolean;
  /** Whether ancillary data was cut off. */
  controlTruncated: boolean;
  /** What the kernel reports about the packet, if the socket has `PACKET_AUXDATA`. */
  auxdata: PacketAuxdata | undefined;
}

/** Space for the auxdata and a timestamp. */
const CONTROL_SIZE = controlMessageSpace(AUXDATA_SIZE) + controlMessageSpace(48);

/** The codec for link-layer addresses. */
export const packetAddrCodec: AddrCodec<PacketAddr, Partial<PacketAddr>> = {
  encode: encodeSockaddrLl,
  decode: decodeSockaddrLl,
  format: ({ interfaceIndex = 0, hardwareAddress = "" }) => `${hardwareAddress}%${interfaceIndex}`,
};

/**
 * A packet socket: the packets that devices send and receive, as they are on the link.
 *
 * If the interface goes down, one call fails with `ENETDOWN`; later calls wait until it is up again.
 *
 * Needs CAP_NET_RAW.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/packet.7.html | packet(7)}
 *
 * @example Watch the loopback interface, if permitted
 * ```ts
 * import { PacketSocket } from "@berkeley/sockets/packet";
 * import { UdpSocket } from "@berkeley/sockets/inet";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using watcher = PacketSocket.open({ interface: "lo", cooked: true });
 *   using udp = UdpSocket.bind({ hostname: "127.0.0.1" });
 *   await udp.send(new TextEncoder().encode("hello"), { addr: udp.localAddr });
 *   const { data } = await watcher.receive();
 *   assert(data.length > 0);
 * } catch (error) {
 *   assert(error instanceof Error && error.message.includes("CAP_NET_RAW"), String(error));
 * }
 * ```
 */
export class PacketSocket extends DatagramSocket<PacketAddr, Partial<PacketAddr>> {
  /**
   * Makes a packet socket from an open socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, packetAddrCodec);
  }

  /**
   * Opens a packet socket. Permission: `--allow-ffi`.
   *
   * @param options The packets to receive, and the interface.
   * @returns The socket.
   * @throws {RangeError} If the protocol or the index of the interface does not fit its field.
   * @throws {TypeError} If an option is unknown, or `promiscuous` is set without an interface.
   * @throws {SystemError} If it is not permitted (`EPERM`), or there is no such interface (`ENODEV`).
   */
  static open(options: PacketOpenOptions = {}): PacketSocket {
    checkArgumentCount("open a packet socket", arguments.length, "{ interface, protocol, … }");
    options = checkOptions("open a packet socket", options, PACKET_OPEN_OPTIONS);
    const { protocol = C.ETH_P_ALL, interface: nameOrIndex = 0, cooked = false, promiscuous = false } = options;
    const isName = typeof nameOrIndex === "string";
    encodeSockaddrLl({ protocol, interfaceIndex: isName ? 0 : nameOrIndex }); // throws before socket(2)
    if (promiscuous && nameOrIndex === 0) {
      throw new TypeError("Cannot open a packet socket: promiscuous needs an interface");
    }
    // With protocol 0 it receives nothing until it is bound: no packets of other interfaces slip in.
    const socket = openSocket({
      open: () => openPacket(cooked ? C.SOCK_DGRAM : C.SOCK_RAW),
      bind: (socket) => {
        const index = isName ? interfaceIndex(socket, nameOrIndex) : nameOrIndex;
        socket.bind(encodeSockaddrLl({ protocol, interfaceIndex: index }), String(nameOrIndex));
        if (promiscuous) socket.set(PACKET_ADD_MEMBERSHIP, { interfaceIndex: index, type: C.PACKET_MR_PROMISC });
      },
    }, options);
    return new PacketSocket(socket);
  }

  /**
   * Receives a packet with its ancillary data, which `PACKET_AUXDATA` requests.
   *
   * @param options Where its bytes go, flags, and how long to wait.
   * @returns The packet with its ancillary data.
   * @throws {SystemError} As {@linkcode receive}.
   *
   * @example Read the VLAN tag of a packet, which the kernel removes from it
   * ```ts
   * import { PACKET_AUXDATA, PacketSocket } from "@berkeley/sockets/packet";
   * import { UdpSocket } from "@berkeley/sockets/inet";
   * import { assert, assertEquals } from "@std/assert";
   *
   * try {
   *   using watcher = PacketSocket.open({ interface: "lo" });
   *   watcher.socket.set(PACKET_AUXDATA, true);
   *   using udp = UdpSocket.bind({ hostname: "127.0.0.1" });
   *   await udp.send(new Uint8Array(1000), { addr: udp.localAddr });
   *   const { data, auxdata } = await watcher.receiveMessage();
   *   assertEquals(auxdata?.originalLength, data.length);
   *   assertEquals(auxdata?.vlan, undefined); // none on the loopback interface
   * } catch (error) {
   *   assert(error instanceof Error && error.message.includes("CAP_NET_RAW"), String(error));
   * }
   * ```
   */
  async receiveMessage(options: ReceiveOptions = {}): Promise<PacketMessage> {
    checkArgumentCount("call receiveMessage", arguments.length, "{ buffer, flags, signal, timeout }");
    const { control, ...message } = await this.receiveWithControl(options, CONTROL_SIZE);
    return { ...message, auxdata: decodePacketAuxdata(control) };
  }
}

function openPacket(type: number): Socket {
  try {
    return Socket.open(C.AF_PACKET, type, 0);
  } catch (error) {
    if (!isSystemError(error, "EPERM")) throw error;
    const { code, errno, syscall } = error;
    throw describeError("Cannot open a packet socket: it needs CAP_NET_RAW (EPERM)", { code, errno, syscall });
  }
}
