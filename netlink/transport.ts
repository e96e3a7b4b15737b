import type { ReceivedFrom, TransferOptions } from "../socket/transfer.ts";
import type { WaitOptions } from "../socket/wait_options.ts";

/**
 * What a {@linkcode NetlinkSocket} runs on: an AF_NETLINK `Socket`, or a fake in a test.
 *
 * @example Fake a kernel that acknowledges every request
 * ```ts
 * import { decodeMessages, encodeMessage, NetlinkSocket, type NetlinkTransport, NL } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const answers: Uint8Array[] = [];
 * const kernel: NetlinkTransport = {
 *   send(bytes) {
 *     const seq = decodeMessages(bytes)[0]?.seq ?? 0;
 *     answers.push(encodeMessage({ type: NL.NLMSG_ERROR, seq, payload: new Uint8Array(20) }));
 *     return Promise.resolve(bytes.length);
 *   },
 *   recvfrom(buffer) {
 *     const answer = answers.shift() ?? new Uint8Array();
 *     buffer.set(answer);
 *     return Promise.resolve({ length: answer.length, sockaddr: new Uint8Array(12) });
 *   },
 *   setOption() {},
 *   close() {},
 * };
 * assertEquals(await new NetlinkSocket(kernel).request(16, new Uint8Array(16)), []);
 * ```
 */
export interface NetlinkTransport {
  /** Sends one datagram to the kernel. */
  send(bytes: Uint8Array, options?: WaitOptions): Promise<number>;
  /**
   * Receives one datagram and its sender's `sockaddr_nl`. The flags are always `MSG_TRUNC`: the result is the length of
   * the whole datagram, even if it does not fit.
   */
  recvfrom(buffer: Uint8Array, options?: TransferOptions): Promise<ReceivedFrom>;
  /** Sets an integer option of level `SOL_NETLINK`. */
  setOption(level: number, option: number, value: number): void;
  /** Closes it and rejects pending receives. */
  close(): void;
}
