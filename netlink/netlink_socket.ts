import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkFunction } from "../checks/check_function.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { isTimeoutError } from "../checks/timeout_error.ts";
import { C } from "../ffi/constants.ts";
import { isSystemError, libraryError, type SystemError } from "../ffi/error.ts";
import { OPEN_OPTIONS, type OpenOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { checkWaitOptions, type WaitOptions, watchForEnd } from "../socket/wait_options.ts";
import { within } from "../checks/within.ts";
import { decodeAnswer } from "./answer.ts";
import { NL } from "./constants.ts";
import { NetlinkDecodeError } from "./decode_error.ts";
import { decodeMessages, encodeMessage, type NetlinkMessage } from "./message.ts";
import { refusal } from "./netlink_error.ts";
import { type NetlinkRequester, type NetlinkRequestOptions, REQUEST_OPTIONS } from "./netlink_options.ts";
import type { NetlinkTransport } from "./transport.ts";

const EVENT_OPTIONS: OptionNames<Pick<WaitOptions, "signal">> = { signal: true };

/** The action of a request, for errors, and its wait options. */
interface Wait {
  readonly action: string;
  readonly flags: number;
  readonly options: { readonly signal: AbortSignal };
}

/** The kernel sends no dump datagram longer than 32 KiB unless requested. */
const BUFFER_SIZE = 65536;

/** `struct sockaddr_nl { sa_family_t nl_family; unsigned short nl_pad; pid_t nl_pid; __u32 nl_groups; };` */
const SOCKADDR_NL_SIZE = 12;

/** How often a dump is restarted because the kernel's table changed during it. */
const DUMP_ATTEMPTS = 5;

/** Types below this belong to netlink itself, such as `NLMSG_ERROR`. */
const NLMSG_MIN_TYPE = 16;

/**
 * A netlink socket that sends requests to the kernel and returns the answers, or that receives the events of groups.
 * Requests on one socket run one after another; events need a separate socket. Messages from other programs are
 * dropped.
 *
 * Errors contain the kernel's message, if it has one (`NETLINK_EXT_ACK`); the kernel checks requests strictly
 * (`NETLINK_GET_STRICT_CHK`). Permission: `--allow-ffi`.
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
export class NetlinkSocket implements NetlinkRequester, Disposable {
  readonly #transport: NetlinkTransport;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  readonly #groups = new Set<number>();
  #seq = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Whether stale messages may be pending: of a request that was aborted, or of a group that was left. */
  #isUnread = false;
  #isListening = false;
  #isClosed = false;

  /**
   * Makes a netlink socket from an open `Socket`, for example one with your own options, and takes ownership of it. To
   * receive events, it must be bound.
   *
   * @param transport The socket, or a fake in a test.
   */
  constructor(transport: NetlinkTransport) {
    checkFunction("make a netlink socket", "recvfrom() of the transport", transport?.recvfrom);
    this.#transport = transport;
  }

  /**
   * Opens a netlink socket.
   *
   * @param protocol The netlink protocol, such as `NETLINK_GENERIC`.
   * @param options The network namespace to open it in, and a function that sets options, such as a larger `SO_RCVBUF`.
   * @returns The socket, which the caller owns.
   * @throws {SystemError} If the kernel lacks the protocol (`EPROTONOSUPPORT`).
   */
  static open(protocol: number, options: OpenOptions = {}): NetlinkSocket {
    checkArgumentCount("call open", arguments.length, "protocol", "{ configure, networkNamespace }");
    options = checkOptions("open a netlink socket", options, OPEN_OPTIONS);
    return new NetlinkSocket(openSocket({
      open: () => Socket.open(C.AF_NETLINK, C.SOCK_RAW, protocol),
      prepare(socket) {
        for (const option of [NL.NETLINK_EXT_ACK, NL.NETLINK_CAP_ACK, NL.NETLINK_GET_STRICT_CHK]) {
          setIfKnown(socket, option);
        }
      },
      // Bind to no groups and a port that the kernel chooses: an unbound socket receives no events.
      bind: (socket) => socket.bind(new Uint8Array([C.AF_NETLINK, ...new Uint8Array(SOCKADDR_NL_SIZE - 1)])),
    }, options));
  }

  /**
   * Sends a request for one object or for a change, and waits for the acknowledgement.
   *
   * @param type `nlmsg_type` of the request.
   * @param payload The bytes after its header.
   * @param options Flags, how long to wait, and the action for errors.
   * @returns The messages before the acknowledgement, if any.
   * @throws {NetlinkError} If the kernel refuses, such as `EPERM`.
   * @throws {SystemError} If the socket has joined a group (`EBUSY`).
   * @throws {NetlinkDecodeError} If the answer is not a netlink message.
   */
  request(type: number, payload: Uint8Array, options: NetlinkRequestOptions = {}): Promise<NetlinkMessage[]> {
    if (arguments.length > 3) return refuseArguments("call request", arguments.length, "type", "payload", "options");
    return this.#inTurn(options, (wait) => this.#exchange(type, NL.NLM_F_REQUEST | NL.NLM_F_ACK, payload, wait));
  }

  /**
   * Sends a request for all objects of a kind. If the kernel's table changes during the dump (`NLM_F_DUMP_INTR`), it
   * starts again.
   *
   * @param type `nlmsg_type` of the request.
   * @param payload The bytes after its header.
   * @param options Flags, how long to wait, and the action for errors.
   * @returns The messages.
   * @throws {RangeError} If the type is below 16: the kernel does not answer such a request.
   * @throws {NetlinkError} If the kernel refuses.
   * @throws {SystemError} If the table changed during all five attempts (`EINTR`), or the socket has joined a group
   * (`EBUSY`).
   * @throws {NetlinkDecodeError} If the answer is not a netlink message.
   */
  dump(type: number, payload: Uint8Array, options: NetlinkRequestOptions = {}): Promise<NetlinkMessage[]> {
    if (arguments.length > 3) return refuseArguments("call dump", arguments.length, "type", "payload", "options");
    return this.#inTurn(options, async (wait) => {
      within(wait.action, "type", type, 0xffff, NLMSG_MIN_TYPE);
      // The kernel acknowledges no dump, but a request that is none: else that would be waited for in vain.
      const flags = NL.NLM_F_REQUEST | NL.NLM_F_DUMP | NL.NLM_F_ACK;
      for (let attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
        const messages = await this.#exchange(type, flags, payload, wait);
        if (messages.every((message) => (message.flags & NL.NLM_F_DUMP_INTR) === 0)) return messages;
      }
      throw libraryError(
        "EINTR",
        "recvfrom",
        `Cannot ${wait.action}: the kernel's table changed during each attempt (EINTR)`,
      );
    });
  }

  /**
   * Joins a group: {@linkcode NetlinkSocket.events} then returns what the kernel sends to it from now on. The socket
   * takes no requests as long as it is in a group.
   *
   * @param group The number of the group, such as `RTNLGRP_LINK`.
   * @throws {RangeError} If the number cannot be that of a group.
   * @throws {SystemError} If the kernel has no such group (`EINVAL`), or it needs a capability (`EPERM`).
   */
  join(group: number): void {
    checkArgumentCount("call join", arguments.length, "group");
    within("join a netlink group", "number", group, 0x7fffffff);
    this.#transport.setOption(NL.SOL_NETLINK, NL.NETLINK_ADD_MEMBERSHIP, group);
    this.#groups.add(group);
  }

  /**
   * Leaves a group; leaving one that it is not in does nothing.
   *
   * @param group The number of the group.
   * @throws {RangeError} If the number cannot be that of a group.
   */
  leave(group: number): void {
    checkArgumentCount("call leave", arguments.length, "group");
    within("leave a netlink group", "number", group, 0x7fffffff);
    this.#transport.setOption(NL.SOL_NETLINK, NL.NETLINK_DROP_MEMBERSHIP, group);
    this.#isUnread ||= this.#groups.delete(group);
  }

  /**
   * Receives what the kernel sends to the groups that the socket has joined. If the program is too slow for the
   * socket's buffer (`ENOBUFS`), a message of type `NLMSG_OVERRUN` without payload means that earlier messages were
   * lost. The messages after it are complete again, so read the whole state again at that point.
   *
   * @param options A signal that ends the wait for events.
   * @returns The messages; they end when the socket is closed. Leaving the loop leaves the socket open.
   * @throws {SystemError} If another loop already reads the events (`EBUSY`).
   * @throws {NetlinkDecodeError} If a datagram is not a netlink message.
   */
  async *events(options: Pick<WaitOptions, "signal"> = {}): AsyncGenerator<NetlinkMessage, void, void> {
    checkArgumentCount("call events", arguments.length, "options");
    options = checkWaitOptions("wait for events", options, EVENT_OPTIONS);
    if (this.#isListening) throw busy("read the events", "another loop already reads them");
    this.#isListening = true;
    try {
      await this.#last;
      // After a loss the kernel queues nothing until all queued messages are read, and reports it once: all losses
      // precede OVERRUN.
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

  /** Closes the socket and rejects pending requests; the events end. Closing again does nothing. */
  close(): void {
    checkArgumentCount("call close", arguments.length);
    this.#isClosed = true;
    this.#transport.close();
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Runs a task after the earlier ones. The timeout covers the wait for its turn and the task itself. */
  async #inTurn<T>(options: NetlinkRequestOptions, task: (wait: Wait) => Promise<T>): Promise<T> {
    options = checkWaitOptions("ask the kernel by netlink", options, REQUEST_OPTIONS);
    const { action = "ask the kernel by netlink", flags = 0 } = options;
    if (this.#groups.size > 0 || this.#isListening) {
      throw busy(action, "this socket receives events, open another one for requests");
    }
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
        // An answer to an aborted request may still be pending.
        if (message.seq !== seq || message.type === NL.NLMSG_NOOP) continue;
        if (message.type !== NL.NLMSG_ERROR && message.type !== NL.NLMSG_DONE) {
          messages.push(message);
          continue;
        }
        this.#isUnread = false;
        const answer = decodeAnswer(message);
        if (answer.errno !== 0) throw refusal(answer, wait.action);
        // The kernel may report an interrupted dump only in its last message.
        if ((message.flags & NL.NLM_F_DUMP_INTR) !== 0) messages.push(message);
        return messages;
      }
    }
  }

  /** An aborted dump continues while it is read: the kernel starts no other before its end (`EBUSY`). */
  async #drain(): Promise<void> {
    for (;;) {
      try {
        await this.#transport.recvfrom(this.#buffer, { timeout: 0 });
      } catch (error) {
        // What was lost is none of the next request's, but what is left would be; other errors the next call reports.
        if (!isSystemError(error, "ENOBUFS")) return;
      }
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

/** Older kernels lack some options: their errors are only numbers, or their checks are lax. */
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
