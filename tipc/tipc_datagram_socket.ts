import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, pickedFrom } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { DatagramSocket } from "../socket/datagram_socket.ts";
import { OPEN_OPTIONS, type OpenOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import type { Datagram, ReceiveOptions } from "../socket/transfer.ts";
import {
  TIPC_ADDR,
  type TipcAddr,
  tipcAddrCodec,
  type TipcServiceAddr,
  type TipcServiceRange,
} from "./sockaddr_tipc.ts";

/** The name that a socket has, and how it is opened. */
export type TipcBindOptions = (TipcServiceAddr | TipcServiceRange) & OpenOptions;

/**
 * A TIPC socket for messages without a connection (`SOCK_RDM`): reliable, in order, up to 66000 bytes. Sending to a
 * service reaches one of the sockets that are bound to it; sending to a range reaches all of them. It inherits `send`
 * and iteration from {@linkcode DatagramSocket} in `./socket`.
 *
 * @see {@link https://docs.kernel.org/networking/tipc.html | TIPC in Linux}
 *
 * @example Usage, if the kernel supports TIPC
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TipcDatagramSocket } from "@berkeley/sockets/tipc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using server = TipcDatagramSocket.bind({ service: 1000, instance: 1, scope: "node" });
 *   using client = TipcDatagramSocket.open();
 *   await client.send(new Uint8Array([1, 2, 3]), { addr: { service: 1000, instance: 1 } });
 *   assertEquals((await server.receive()).data, new Uint8Array([1, 2, 3]));
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class TipcDatagramSocket extends DatagramSocket<TipcAddr> {
  /**
   * Makes a TIPC socket of one that is open, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, tipcAddrCodec);
  }

  /**
   * Waits for a message and receives it.
   *
   * @param options A buffer for its bytes, flags, and how long to wait.
   * @returns The message.
   * @throws {SystemError} If the socket is closed (`EBADF`).
   */
  override async receive(options: ReceiveOptions = {}): Promise<Datagram<TipcAddr>> {
    checkArgumentCount("call receive", arguments.length, "{ buffer, flags, signal, timeout }");
    if (options.buffer === undefined) return await super.receive(options);
    // To recvfrom(2) with MSG_TRUNC, TIPC does not tell the length of a message that was cut off.
    const { data, addr, truncated } = await this.receiveWithControl(options, 0);
    return { data, addr, truncated };
  }

  /**
   * Opens a socket and binds it to the name of a service. Permission: `--allow-ffi`.
   *
   * @param options The name, and how to open the socket.
   * @returns The socket.
   * @throws {SystemError} If the kernel refuses, such as `EACCES` for a type below 64.
   */
  static override bind(options: TipcBindOptions): TipcDatagramSocket {
    checkArgumentCount("call bind", arguments.length, "options");
    options = checkOptions("bind", options, { ...OPEN_OPTIONS, ...TIPC_ADDR });
    const addr = pickedFrom(options, TIPC_ADDR);
    const [sockaddr, address] = [tipcAddrCodec.encode(addr), tipcAddrCodec.format(addr)];
    const bind = (socket: Socket): void => socket.bind(sockaddr, address);
    return new TipcDatagramSocket(openSocket({ open: openRdm, bind }, options));
  }

  /**
   * Opens a socket without a name. Permission: `--allow-ffi`.
   *
   * @param options How.
   * @returns The socket.
   * @throws {SystemError} If the kernel lacks TIPC (`EAFNOSUPPORT`).
   */
  static open(options: OpenOptions = {}): TipcDatagramSocket {
    checkArgumentCount("call open", arguments.length, "{ configure, networkNamespace }");
    options = checkOptions("open a TIPC socket", options, OPEN_OPTIONS);
    return new TipcDatagramSocket(openSocket({ open: openRdm }, options));
  }
}

function openRdm(): Socket {
  return Socket.open(C.AF_TIPC, C.SOCK_RDM);
}
