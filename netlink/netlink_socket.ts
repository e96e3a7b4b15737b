import { C } from "../ffi/constants.ts";
import { errnoMessage, errnoName } from "../ffi/errno.ts";
import { libraryError, type SystemError } from "../ffi/error.ts";
import { Socket } from "../socket/socket.ts";
import { checkWaitOptions, type WaitOptions, watchForEnd } from "../socket/wait_options.ts";
import { decodeAnswer, type NetlinkAnswer } from "./answer.ts";
import { NL } from "./constants.ts";
import { NetlinkDecodeError } from "./decode_error.ts";
import { decodeMessages, encodeMessage, type NetlinkMessage } from "./message.ts";

/** Options of {@linkcode NetlinkSocket.request} and {@linkcode NetlinkSocket.dump}. */
export interface NetlinkRequestOptions extends WaitOptions {
  /**
   * What the request does, for errors: `Cannot <action>: …`.
   *
   * @default {"ask the kernel by netlink"}
   */
  action?: string;
}

/** What a request does, for errors, and what ends its wait. */
interface Wait {
  readonly action: string;
  readonly signal: AbortSignal;
}

/** The kernel makes no datagram of a dump longer than 32 KiB unless it is asked to. */
const BUFFER_SIZE = 65536;

/** How often a dump is begun again because the kernel's table changed meanwhile. */
const DUMP_ATTEMPTS = 5;

/**
 * A netlink socket that asks the kernel and gives what it answers. Requests on one socket follow one another.
 *
 * Errors are the kernel's own, with its words where it has any (`NETLINK_EXT_ACK`). Permission: `--allow-ffi`.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/netlink.7.html | netlink(7)}
 *
 * @example List the listening TCP sockets of this network namespace
 * ```ts
 * import { decodeInetDiagMessage, encodeInetDiagRequest, NetlinkSocket, NL } from "@berkeley/sockets/netlink";
 * import { TcpListener } from "@berkeley/sockets/inet";
 * import { assert } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using netlink = NetlinkSocket.open(NL.NETLINK_SOCK_DIAG);
 * const LISTEN = 10;
 * const answers = await netlink.dump(NL.SOCK_DIAG_BY_FAMILY, encodeInetDiagRequest(2, 6, 1 << LISTEN));
 * const ports = answers.map((answer) => decodeInetDiagMessage(answer.payload).id.sourcePort);
 * assert(ports.includes(listener.addr.port));
 * ```
 */
export class NetlinkSocket implements Disposable {
  readonly #socket: Socket;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  #seq = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Whether a request has been sent whose answers were not all read. */
  #isUnread = false;

  /**
   * Makes a netlink socket of one that is open, with options of your own, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Opens a netlink socket.
   *
   * @param protocol The part of the kernel to talk to, such as `NETLINK_GENERIC`.
   * @returns The socket, which the caller owns.
   * @throws {SystemError} If the kernel lacks the protocol (`EPROTONOSUPPORT`).
   */
  static open(protocol: number): NetlinkSocket {
    const socket = Socket.open(C.AF_NETLINK, C.SOCK_RAW, protocol);
    for (const option of [NL.NETLINK_EXT_ACK, NL.NETLINK_CAP_ACK]) {
      try {
        socket.setOption(NL.SOL_NETLINK, option, 1);
      } catch {
        // An older kernel: its errors are numbers only.
      }
    }
    return new NetlinkSocket(socket);
  }

  /**
   * Asks for one thing, or for a change, and waits for the acknowledgement.
   *
   * @param type `nlmsg_type` of the request.
   * @param payload What follows its header.
   * @param options How long to wait, and what the request does.
   * @returns The messages before the acknowledgement, if any.
   * @throws {SystemError} If the kernel refuses, such as `EPERM`.
   * @throws {NetlinkDecodeError} If the answer is no netlink message.
   */
  request(type: number, payload: Uint8Array, options: NetlinkRequestOptions = {}): Promise<NetlinkMessage[]> {
    return this.#inTurn(options, (wait) => this.#exchange(type, NL.NLM_F_REQUEST | NL.NLM_F_ACK, payload, wait));
  }

  /**
   * Asks for all of something. A dump during which the kernel's table changed (`NLM_F_DUMP_INTR`) is begun again.
   *
   * @param type `nlmsg_type` of the request.
   * @param payload What follows its header.
   * @param options How long to wait, and what the request does.
   * @returns The messages.
   * @throws {SystemError} If the kernel refuses, or the table changes each of five times (`EINTR`).
   * @throws {NetlinkDecodeError} If the answer is no netlink message.
   */
  dump(type: number, payload: Uint8Array, options: NetlinkRequestOptions = {}): Promise<NetlinkMessage[]> {
    return this.#inTurn(options, async (wait) => {
      for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
        const messages = await this.#exchange(type, NL.NLM_F_REQUEST | NL.NLM_F_DUMP, payload, wait);
        if (messages.every((message) => (message.flags & NL.NLM_F_DUMP_INTR) === 0)) return messages;
      }
      throw libraryError("EINTR", "recvfrom", `Cannot ${wait.action}: it changed each time it was read (EINTR)`);
    });
  }

  /** Closes the socket and rejects what waits. Closing again does nothing. */
  close(): void {
    this.#socket.close();
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Runs a task after those before it. The time that is told is for its turn and all that it does. */
  async #inTurn<T>(options: NetlinkRequestOptions, task: (wait: Wait) => Promise<T>): Promise<T> {
    checkWaitOptions(options);
    const { action = "ask the kernel by netlink" } = options;
    const end = new AbortController();
    const { signal } = end;
    const stop = watchForEnd(options, "recvfrom", (error) => end.abort(error));
    const before = this.#last;
    const ended = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const result = Promise.race([before, ended]).then(() => task({ action, signal })).finally(stop);
    this.#last = Promise.allSettled([before, result]);
    return await result;
  }

  async #exchange(type: number, flags: number, payload: Uint8Array, wait: Wait): Promise<NetlinkMessage[]> {
    const seq = this.#seq = this.#seq + 1 >>> 0;
    if (this.#isUnread) await this.#drain();
    this.#isUnread = true;
    await this.#socket.send(encodeMessage({ type, flags, seq, payload }), wait);
    const messages: NetlinkMessage[] = [];
    for (;;) {
      for (const message of await this.#receive(wait)) {
        // An answer to a request that was given up may still be on its way.
        if (message.seq !== seq || message.type === NL.NLMSG_NOOP) continue;
        if (message.type !== NL.NLMSG_ERROR && message.type !== NL.NLMSG_DONE) {
          messages.push(message);
          continue;
        }
        this.#isUnread = false;
        const answer = decodeAnswer(message);
        if (answer.errno !== 0) throw refusal(answer, wait.action);
        // The end of a dump may be where the kernel says that it was disturbed.
        if ((message.flags & NL.NLM_F_DUMP_INTR) !== 0) messages.push(message);
        return messages;
      }
    }
  }

  /** A dump that was given up goes on as it is read: before its end the kernel begins no other (`EBUSY`). */
  async #drain(): Promise<void> {
    try {
      for (;;) await this.#socket.receiveFrom(this.#buffer, { timeout: 0 });
    } catch {
      // Nothing is left; what else it may be the next call tells.
    }
  }

  async #receive({ signal }: Wait): Promise<NetlinkMessage[]> {
    const { length, sockaddr } = await this.#socket.receiveFrom(this.#buffer, { signal, flags: C.MSG_TRUNC });
    // struct sockaddr_nl { sa_family_t nl_family; unsigned short nl_pad; pid_t nl_pid; __u32 nl_groups; };
    if (sockaddr.subarray(4, 8).some((byte) => byte !== 0)) return []; // a program, not the kernel
    if (length > BUFFER_SIZE) {
      throw new NetlinkDecodeError(
        `Cannot receive a netlink datagram as it must be <= ${BUFFER_SIZE} bytes: current length is ${length}`,
      );
    }
    return decodeMessages(this.#buffer.slice(0, length));
  }
}

function refusal(answer: NetlinkAnswer, action: string): SystemError {
  const code = errnoName(answer.errno) ?? `E${answer.errno}`;
  const text = answer.text === undefined ? errnoMessage(answer.errno) : answer.text;
  return Object.assign(libraryError(code, "recvfrom", `Cannot ${action}: ${text} (${code})`), {
    errno: answer.errno,
  });
}
