import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { INT_MAX, within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { check } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { LINUX_SOCKADDR, readSockaddrFamily } from "../ffi/sockaddr_layout.ts";
import { LISTEN_OPTIONS, type ListenOptions, openListener } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { SocketOwner } from "../socket/socket_owner.ts";
import type { ReceiveOptions } from "../socket/transfer.ts";
import { SctpConn } from "./sctp_conn.ts";
import {
  receiveSctp,
  SCTP_SEND_OPTIONS,
  type SctpAddr,
  sctpAddrCodec,
  type SctpMessage,
  type SctpSendOptions,
  sendSctp,
} from "./sctp_message.ts";
import { SCTP_EVENT, SCTP_RECVRCVINFO } from "./sctp_options.ts";

/** Options of {@linkcode SctpSocket.bind}. */
export interface SctpBindOptions extends ListenOptions {
  /**
   * The numeric address.
   *
   * @default {"0.0.0.0"}
   */
  hostname?: string;
  /**
   * The port, in host order; 0 lets the kernel choose one.
   *
   * @default {0}
   */
  port?: number;
  /** The zone of a link-local IPv6 address. */
  scopeId?: number;
  /**
   * Which notifications to receive: `SCTP_ASSOC_CHANGE`, `SCTP_SHUTDOWN_EVENT`, … A buffer for `receive()` needs room for
   * them: 148 bytes. Default: none.
   */
  events?: readonly number[];
}

/** Options of {@linkcode SctpSocket.send}: either the address or the association is needed. */
export interface SctpSendToOptions extends SctpSendOptions {
  /** The address. If it has no association yet, sending sets one up. */
  addr?: SctpAddr;
  /** The number of an association. */
  association?: number;
}

const SEND_TO: OptionNames<SctpSendToOptions> = { ...SCTP_SEND_OPTIONS, addr: true, association: true };
const END_OPTIONS: OptionNames<{ abort?: boolean }> = { abort: "boolean" };
const OPTIONS: OptionNames<SctpBindOptions> = {
  ...LISTEN_OPTIONS,
  hostname: true,
  port: true,
  scopeId: true,
  events: true,
};

/**
 * An SCTP socket for many associations (one-to-many style): it sends to any address, and accepts every association.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/sctp.7.html | sctp(7)}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6458 | RFC 6458}
 *
 * @example Usage, if the kernel supports SCTP
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { SctpSocket } from "@berkeley/sockets/sctp";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using server = SctpSocket.bind({ hostname: "127.0.0.1" });
 *   using client = SctpSocket.bind({ hostname: "127.0.0.1" });
 *   await client.send(new Uint8Array([1, 2, 3]), { addr: server.localAddr, stream: 1 });
 *   const message = await server.receive();
 *   assertEquals(message.stream, 1);
 *   await server.send(message.data, { association: message.association }); // the answer
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class SctpSocket extends SocketOwner {
  /**
   * Opens a socket, binds it, and accepts associations. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to listen.
   * @returns The socket.
   * @throws {SystemError} If the kernel refuses: `EPROTONOSUPPORT` without SCTP, `EADDRINUSE`.
   */
  static override bind(options: SctpBindOptions = {}): SctpSocket {
    checkArgumentCount("call bind", arguments.length, "options");
    options = checkOptions("bind", options, OPTIONS);
    const { hostname = "0.0.0.0", port = 0, scopeId, events = [], ...rest } = options;
    const addr: SctpAddr = { hostname, port, ...(scopeId === undefined ? {} : { scopeId }) };
    const [sockaddr, address] = [sctpAddrCodec.encode(addr), sctpAddrCodec.format(addr)];
    const socket = openListener(
      {
        open: () => Socket.open(readSockaddrFamily(sockaddr, LINUX_SOCKADDR), C.SOCK_SEQPACKET, C.IPPROTO_SCTP),
        prepare: (socket) => {
          socket.set(SCTP_RECVRCVINFO, true);
          for (const type of events) socket.set(SCTP_EVENT, { type, on: true });
        },
        bind: (socket) => socket.bind(sockaddr, address),
      },
      rest,
      address,
    );
    return new SctpSocket(socket);
  }

  /** The address of this socket; the first one if it has several. */
  get localAddr(): SctpAddr {
    return sctpAddrCodec.decode(this.socket.localSockaddr());
  }

  /** The address, for `console.log()`. */
  protected override shown(): Record<string, () => string> {
    return { localAddr: () => sctpAddrCodec.format(this.localAddr) };
  }

  /**
   * Waits for room in the send buffer and sends a message; to an address without an association, it sets one up.
   *
   * @param data The message, 1 byte or more; it must not change until the promise is settled.
   * @param options The address or the association, the stream, how to send, and how long to wait.
   * @returns How many bytes were sent: all of them.
   * @throws {SystemError} If the kernel refuses, such as `EINVAL` for a stream that does not exist, or `EMSGSIZE`.
   */
  async send(data: Uint8Array, options: SctpSendToOptions): Promise<number> {
    checkArgumentCount("call send", arguments.length, "data", "options");
    options = checkOptions("send", options, SEND_TO);
    const { addr, association } = options;
    if ((addr === undefined) === (association === undefined)) {
      throw new TypeError("Cannot send: pass either addr or association");
    }
    const target = addr === undefined ? { association: association ?? 0 } : { sockaddr: sctpAddrCodec.encode(addr) };
    return await sendSctp(this.socket, data, target, options);
  }

  /**
   * Waits for a message, or for a notification, and receives it.
   *
   * @param options A buffer for its bytes, and how long to wait. If the message does not fit, `complete` is false and
   * the next call receives the rest; the default buffer has 64 KiB.
   * @returns The message.
   * @throws {SystemError} If the socket is closed (`EBADF`).
   */
  async receive(options?: ReceiveOptions): Promise<SctpMessage> {
    checkArgumentCount("call receive", arguments.length, "{ buffer, flags, signal, timeout }");
    return await receiveSctp(this.socket, options) as SctpMessage; // there is no end here
  }

  /** Ends an association once all sent messages are delivered, or immediately with `abort`. */
  async end(association: number, options: { abort?: boolean } = {}): Promise<void> {
    checkArgumentCount("call end", arguments.length, "association", "options");
    options = checkOptions("end an association", options, END_OPTIONS);
    const how = options.abort ? { abort: true } : { end: true };
    await sendSctp(this.socket, new Uint8Array(0), { association }, how);
  }

  /**
   * Moves an association to its own connection, together with its received messages.
   *
   * @param association Its number.
   * @returns The connection, which the caller owns.
   * @throws {SystemError} If there is no such association (`EINVAL`).
   */
  peelOff(association: number): SctpConn {
    checkArgumentCount("call peelOff", arguments.length, "association");
    // typedef struct { sctp_assoc_t associd; int sd; } sctp_peeloff_arg_t;
    const argument = new Int32Array([within("peel off an association", "number", association, INT_MAX), 0]);
    const length = new Uint32Array([argument.byteLength]);
    const { fd } = this.socket;
    const peeled = check(
      libc().getsockopt(fd, C.IPPROTO_SCTP, C.SCTP_SOCKOPT_PEELOFF, argument, length),
      "getsockopt",
    );
    return new SctpConn(Socket.fromFd(peeled));
  }
}
