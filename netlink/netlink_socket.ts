import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { isTimeoutError } from "../checks/timeout_error.ts";
import { C } from "../ffi/constants.ts";
import { errnoMessage, errnoName } from "../ffi/errno.ts";
import { isSystemError, libraryError, type SystemError } from "../ffi/error.ts";
import { OPEN_OPTIONS, type OpenOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { checkWaitOptions, WAIT_OPTIONS, type WaitOptions, watchForEnd } from "../socket/wait_options.ts";
import { within } from "../checks/within.ts";
import { decodeAnswer, type NetlinkAnswer } from "./answer.ts";
import { NL } from "./constants.ts";
import { NetlinkDecodeError } from "./decode_error.ts";
import { decodeMessages, encodeMessage, type NetlinkMessage } from "./message.ts";
import type { NetlinkTransport } from "./transport.ts";

/** Options of {@linkcode NetlinkSocket.request} and {@linkcode NetlinkSocket.dump}. */
export interface NetlinkRequestOptions extends WaitOptions {
  /**
   * `NLM_F_*` flags beyond those that the method sets itself, ORed: `NLM_F_CREATE | NLM_F_EXCL` for something new,
   * `NLM_F_REPLACE`, `NLM_F_APPEND`, `NLM_F_ECHO`, …
   *
   * @default {0}
   */
  flags?: number;
  /**
   * What the request does, for errors: `Cannot <action>: …`.
   *
   * @default {"ask the kernel by netlink"}
   */
  action?: string;
}

const REQUEST_OPTIONS: OptionNames<NetlinkRequestOptions> = { ...WAIT_OPTIONS, action: true, flags: true };
const EVENT_OPTIONS: OptionNames<Pick<WaitOptions, "signal">> = { signal: true };

/** The kernel's refusal of a request: a system error, with what the kernel adds to the number (`NETLINK_EXT_ACK`). */
export interface NetlinkError extends SystemError, NetlinkAnswer {
  /** The error number, positive. */
  errno: number;
}

/** The part of {@linkcode NetlinkSocket} that asks: what a function that uses one takes, and a test may fake. */
export type NetlinkRequester = Pick<NetlinkSocket, "request" | "dump">;

/** Options of the functions that ask the kernel one thing, by netlink. */
export interface NetlinkOptions extends WaitOptions {
  /** The socket to ask on, such as one of another network namespace. Default: one for this call alone. */
  netlink?: NetlinkRequester;
}

/** The names of {@linkcode NetlinkOptions}. */
export const NETLINK_OPTIONS: OptionNames<NetlinkOptions> = { ...WAIT_OPTIONS, netlink: true };

/** What a request does, for errors, and what ends its wait. */
interface Wait {
  readonly action: string;
  readonly flags: number;
  readonly options: { readonly signal: AbortSignal };
}

/** The kernel makes no datagram of a dump longer than 32 KiB unless it is asked to. */
const BUFFER_SIZE = 65536;

/** `struct sockaddr_nl { sa_family_t nl_family; unsigned short nl_pad; pid_t nl_pid; __u32 nl_groups; };` */
const SOCKADDR_NL_SIZE = 12;

/** How often a dump is begun again because the kernel's table changed meanwhile. */
const DUMP_ATTEMPTS = 5;

/** The types below are netlink's own: `NLMSG_ERROR` and its kin. */
const NLMSG_MIN_TYPE = 16;

/**
 * A netlink socket that asks the kernel and gives what it answers, or tells what happens in the groups that it joined.
 * Requests on one socket follow one another; events need a socket of their own. What another program sends is dropped.
 *
 * Errors are the kernel's own, with its words where it has any (`NETLINK_EXT_ACK`); the kernel checks requests
 * strictly (`NETLINK_GET_STRICT_CHK`). Permission: `--allow-ffi`.
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
  readonly #transport: NetlinkTransport;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  readonly #groups = new Set<number>();
  #seq = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Whether there may be messages that nobody waits for: of a request that was given up, or of a group that was left. */
  #isUnread = false;
  #isListening = false;
  #isClosed = false;

  /**
   * Makes a netlink socket of a `Socket` that is open, with options of your own, and takes ownership of it. To get
   * events, it must be bound.
   *
   * @param transport The socket, or a fake in a test.
   */
  constructor(transport: NetlinkTransport) {
    this.#transport = transport;
  }

  /**
   * Opens a netlink socket.
   *
   * @param protocol The part of the kernel to talk to, such as `NETLINK_GENERIC`.
   * @param options Another network namespace to open it in, and what sets options of it, such as a larger `SO_RCVBUF`.
   * @returns The socket, which the caller owns.
   * @throws {SystemError} If the kernel lacks the protocol (`EPROTONOSUPPORT`).
   */
  static open(protocol: number, options: OpenOptions = {}): NetlinkSocket {
    checkOptions("open a netlink socket", options, OPEN_OPTIONS);
    return new NetlinkSocket(openSocket({
      open: () => Socket.open(C.AF_NETLINK, C.SOCK_RAW, protocol),
      prepare(socket) {
        for (const option of [NL.NETLINK_EXT_ACK, NL.NETLINK_CAP_ACK, NL.NETLINK_GET_STRICT_CHK]) {
          setIfKnown(socket, option);
        }
      },
      // To no groups, and a port that the kernel chooses: what is not bound gets no events.
      bind: (socket) => socket.bind(new Uint8Array([C.AF_NETLINK, ...new Uint8Array(SOCKADDR_NL_SIZE - 1)])),
    }, options));
  }

  /**
   * Asks for one thing, or for a change, and waits for the acknowledgement.
   *
   * @param type `nlmsg_type` of the request.
   * @param payload What follows its header.
   * @param options Flags, how long to wait, and what the request does.
   * @returns The messages before the acknowledgement, if any.
   * @throws {NetlinkError} If the kernel refuses, such as `EPERM`.
   * @throws {SystemError} If the socket has joined a group (`EBUSY`).
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
   * @param options Flags, how long to wait, and what the request does.
   * @returns The messages.
   * @throws {NetlinkError} If the kernel refuses.
   * @throws {SystemError} If the table changes each of five times (`EINTR`), or the socket has joined a group (`EBUSY`).
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

  /**
   * Joins a group, so that {@linkcode NetlinkSocket.events} tells what the kernel sends to it from now on. The socket
   * takes no requests as long as it is in a group.
   *
   * @param group The number of the group, such as `RTNLGRP_LINK`.
   * @throws {RangeError} If no group has such a number.
   * @throws {SystemError} If the kernel has no such group (`EINVAL`), or it needs a capability (`EPERM`).
   */
  join(group: number): void {
    within("join a netlink group", "number", group, 0x7fffffff);
    this.#transport.setOption(NL.SOL_NETLINK, NL.NETLINK_ADD_MEMBERSHIP, group);
    this.#groups.add(group);
  }

  /**
   * Leaves a group; leaving one that it is not in does nothing.
   *
   * @param group The number of the group.
   * @throws {RangeError} If no group has such a number.
   */
  leave(group: number): void {
    within("leave a netlink group", "number", group, 0x7fffffff);
    this.#transport.setOption(NL.SOL_NETLINK, NL.NETLINK_DROP_MEMBERSHIP, group);
    this.#isUnread ||= this.#groups.delete(group);
  }

  /**
   * What the kernel sends to the groups that the socket joined, as it comes. Where the program is too slow for the
   * socket's buffer (`ENOBUFS`), a message of type `NLMSG_OVERRUN` without payload tells that some of those before it
   * were lost; what comes after it is whole again, so read the state anew then.
   *
   * @param options What ends the wait for events.
   * @returns The messages; they end when the socket is closed. Leaving the loop leaves the socket open.
   * @throws {SystemError} If the socket's events are read already (`EBUSY`).
   * @throws {NetlinkDecodeError} If something is no netlink message.
   */
  async *events(options: Pick<WaitOptions, "signal"> = {}): AsyncGenerator<NetlinkMessage, void, void> {
    checkWaitOptions("wait for events", options, EVENT_OPTIONS);
    if (this.#isListening) throw busy("read the events", "they are read already");
    this.#isListening = true;
    try {
      await this.#last;
      // The kernel adds nothing, and says so only once, until all that it kept is read: what is lost is lost before OVERRUN.
      for (let isOverrun = false; !this.#isClosed;) {
        const messages = await this.#nextEvents(isOverrun ? { ...options, timeout: 0 } : options);
        if (messages === "ENOBUFS") isOverrun = true;
        else if (messages !== "nothing") yield* messages;
        else {
          isOverrun = false;
          yield { type: NL.NLMSG_OVERRUN, flags: 0, seq: 0, port: 0, payload: new Uint8Array() };
        }
      }
    } finally {
      this.#isListening = false;
    }
  }

  /** Closes the socket and rejects what waits, except the events, which end. Closing again does nothing. */
  close(): void {
    this.#isClosed = true;
    this.#transport.close();
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Runs a task after those before it. The time that is told is for its turn and all that it does. */
  async #inTurn<T>(options: NetlinkRequestOptions, task: (wait: Wait) => Promise<T>): Promise<T> {
    checkWaitOptions("ask the kernel by netlink", options, REQUEST_OPTIONS);
    const { action = "ask the kernel by netlink", flags = 0 } = options;
    if (this.#groups.size > 0 || this.#isListening) throw busy(action, "the socket is for events, open another");
    const end = new AbortController();
    const { signal } = end;
    const stop = watchForEnd(options, () => action, (error) => end.abort(error));
    const before = this.#last;
    const ended = new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const result = Promise.race([before, ended]).then(() => task({ action, flags, options: { signal } })).finally(stop);
    this.#last = Promise.allSettled([before, result]);
    return await result;
  }

  async #exchange(type: number, flags: number, payload: Uint8Array, wait: Wait): Promise<NetlinkMessage[]> {
    const seq = this.#seq = this.#seq + 1 >>> 0;
    const request = encodeMessage({ type, flags: flags | wait.flags, seq, payload });
    if (this.#isUnread) await this.#drain();
    this.#isUnread = true;
    await this.#transport.send(request, wait.options);
    const messages: NetlinkMessage[] = [];
    for (;;) {
      for (const message of await this.#receive(wait.options)) {
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
      for (;;) await this.#transport.recvfrom(this.#buffer, { timeout: 0 });
    } catch {
      // Nothing is left; what else it may be the next call tells.
    }
  }

  async #nextEvents(options: WaitOptions): Promise<NetlinkMessage[] | "ENOBUFS" | "nothing"> {
    try {
      return (await this.#receive(options)).filter(({ type }) => type >= NLMSG_MIN_TYPE);
    } catch (error) {
      if (this.#isClosed) return [];
      if (isSystemError(error, "ENOBUFS")) return "ENOBUFS";
      if (options.timeout === 0 && isTimeoutError(error)) return "nothing";
      throw error;
    }
  }

  async #receive(options: WaitOptions): Promise<NetlinkMessage[]> {
    const { length, sockaddr } = await this.#transport.recvfrom(this.#buffer, { ...options, flags: C.MSG_TRUNC });
    if (sockaddr.subarray(4, 8).some((byte) => byte !== 0)) return []; // nl_pid of a program, not of the kernel
    if (length > BUFFER_SIZE) {
      throw new NetlinkDecodeError(
        `Cannot receive a netlink datagram as it must be <= ${BUFFER_SIZE} bytes: current length is ${length}`,
      );
    }
    return decodeMessages(this.#buffer.slice(0, length));
  }
}

/** An older kernel lacks some: its errors are numbers only, or its checks are lax. */
function setIfKnown(socket: Socket, option: number): void {
  try {
    socket.setOption(NL.SOL_NETLINK, option, 1);
  } catch (error) {
    if (!isSystemError(error, "ENOPROTOOPT")) throw error;
  }
}

function busy(action: string, why: string): SystemError {
  return libraryError("EBUSY", "recvfrom", `Cannot ${action}: ${why} (EBUSY)`);
}

function refusal(answer: NetlinkAnswer, action: string): NetlinkError {
  const code = errnoName(answer.errno) ?? `E${answer.errno}`;
  const text = answer.text ?? errnoMessage(answer.errno);
  return Object.assign(libraryError(code, "recvfrom", `Cannot ${action}: ${text} (${code})`), answer);
}
