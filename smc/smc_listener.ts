import type { NetAddr } from "../inet/addr.ts";
import { tcpAddrCodec } from "../inet/addr_codec.ts";
import { numericEndpoint } from "../inet/endpoint.ts";
import { listenOn, type StreamListenOptions } from "../inet/stream_options.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import { openSmc, type SmcOpenOptions } from "./open_smc.ts";
import { SmcConn } from "./smc_conn.ts";

/** Options of {@linkcode SmcListener.listen}. */
export interface SmcListenOptions extends StreamListenOptions, SmcOpenOptions {}

/**
 * A listener of AF_SMC. A peer that has no SMC is accepted too: its connection is TCP.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/af_smc.7.html | af_smc(7)}
 *
 * @example Usage
 * ```ts
 * import { SmcListener } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
 * assert(listener.addr.port > 0);
 * ```
 */
export class SmcListener extends Listener<NetAddr, SmcConn> {
  /**
   * Makes a listener of a listening AF_SMC socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, tcpAddrCodec, (accepted) => new SmcConn(accepted));
  }

  /**
   * Listens on an address. Permission: `--allow-ffi`.
   *
   * @param options Where, how, and what to do without AF_SMC.
   * @returns The listener.
   * @throws {SyntaxError} If the hostname is neither numeric nor `localhost`.
   * @throws {SystemError} If the kernel has no AF_SMC (`EAFNOSUPPORT`), or refuses the address, such as `EADDRINUSE`.
   */
  static listen(options: SmcListenOptions): SmcListener {
    const endpoint = numericEndpoint(options.hostname ?? "0.0.0.0", options.port);
    return new SmcListener(listenOn(openSmc(endpoint.family, options), endpoint, options));
  }
}
