import { within } from "../checks/within.ts";
import { listOf } from "../checks/list_of.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { checkMessage } from "../checks/check_message.ts";
import { C } from "../ffi/constants.ts";
import { processIds } from "../ffi/environment.ts";
import {
  type ControlMessage,
  controlMessageSpace,
  decodeControlMessages,
  encodeControlMessages,
} from "../socket/control_message.ts";
import type { Socket } from "../socket/socket.ts";
import {
  RECEIVE_OPTIONS,
  type ReceivedMessage,
  type ReceiveOptions,
  type TransferOptions,
} from "../socket/transfer.ts";
import { formatUnixAddr, type UnixAddr, type UnixDestination } from "./addr.ts";
import { type Credentials, decodeCredentials, encodeCredentials, UCRED_SIZE } from "./credentials.ts";
import { OwnedFd } from "./owned_fd.ts";
import { decodeSockaddrUn, encodeSockaddrUn } from "./sockaddr_un.ts";

/**
 * A descriptor to pass, borrowed: a number; an object with a property `fd`, such as a `Socket`, an {@linkcode OwnedFd}
 * or a file of `node:fs`; or a connection or a listener.
 */
export type FdSource = number | { readonly fd: number } | { readonly socket: { readonly fd: number } };

/** A message to send, with descriptors and credentials. */
export interface OutgoingUnixMessage {
  /** The data. Default: none; a stream needs at least one byte to carry the rest. */
  data?: Uint8Array;
  /** The destination, on a datagram socket that is not connected. */
  addr?: UnixDestination;
  /** `SCM_RIGHTS`: descriptors to pass, at most 253. The receiver gets duplicates; the sender keeps the originals. */
  fds?: readonly FdSource[];
  /**
   * `SCM_CREDENTIALS`: true for those of this process, which the kernel verifies; others need privileges. The receiver gets them if it has set `SO_PASSCRED`.
   */
  credentials?: boolean | Credentials;
}

/** Options of a receive with ancillary data. */
export interface ReceiveMessageOptions extends ReceiveOptions {
  /**
   * The most descriptors to expect. If a message has more, all of them are closed, and `controlTruncated` is set.
   *
   * @default {0}
   */
  maxFds?: number;
}

const MESSAGE_PARTS: OptionNames<OutgoingUnixMessage> = { addr: true, credentials: true, data: true, fds: true };
const RECEIVE_MESSAGE_OPTIONS: OptionNames<ReceiveMessageOptions> = { ...RECEIVE_OPTIONS, maxFds: true };

/** `SCM_MAX_FD`: the kernel passes no more in one message. */
const MAX_FDS = 253;
/** Space for a timestamp, credentials, a pidfd and a security context of 256 bytes. */
const CONTROL_BASE = controlMessageSpace(16) + controlMessageSpace(UCRED_SIZE) + controlMessageSpace(4) +
  controlMessageSpace(256);

/**
 * A received message with its descriptors and credentials. It owns the descriptors: the end of a `using` block closes
 * those that were not taken.
 *
 * @example Usage
 * ```ts
 * import { socketPair } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = socketPair("datagram");
 * await left.sendMessage({ data: new Uint8Array([1]), fds: [left] });
 * {
 *   using message = await right.receiveMessage({ maxFds: 1 });
 *   assertEquals(message.data, new Uint8Array([1]));
 *   assertEquals(message.fds.length, 1);
 * } // not taken: the descriptor is closed here
 * left.close();
 * right.close();
 * ```
 */
export class UnixMessage implements Disposable {
  /** The bytes, in the given buffer. */
  readonly data: Uint8Array;
  /** The sender; on a connection, it has no name. */
  readonly addr: UnixAddr;
  /** Whether data was cut off because the buffer was too small. */
  readonly truncated: boolean;
  /** Whether ancillary data was cut off: then all descriptors of the message are closed. */
  readonly controlTruncated: boolean;
  /** `SCM_RIGHTS`: the descriptors, close-on-exec. */
  readonly fds: readonly OwnedFd[];
  /** `SCM_CREDENTIALS`: the process that sent it, if the socket has `SO_PASSCRED`. */
  readonly credentials: Credentials | undefined;
  /**
   * `SCM_PIDFD`: a descriptor of the process that sent it, if the socket has `SO_PASSPIDFD` and the process still runs.
   */
  readonly pidfd: OwnedFd | undefined;
  /** `SCM_SECURITY`: the security context of the sender, if the socket has `SO_PASSSEC`; a stream, `SO_PASSCRED` too. */
  readonly securityContext: string | undefined;

  /**
   * Decodes a message from recvmsg(2), and takes ownership of the descriptors in it.
   *
   * @param buffer The buffer with its data.
   * @param received The result of recvmsg(2).
   * @param maxFds The most descriptors to expect.
   * @param transport The transport of the socket. Default: `"unix"`.
   */
  constructor(
    buffer: Uint8Array,
    received: ReceivedMessage,
    maxFds: number,
    transport: UnixAddr["transport"] = "unix",
  ) {
    const control = decodeControlMessages(received.control).filter(({ level }) => level === C.SOL_SOCKET);
    const fds = dataOf(control, C.SCM_RIGHTS).flatMap(ownFds);
    const excess = fds.length > maxFds;
    this.controlTruncated = excess || (received.flags & C.MSG_CTRUNC) !== 0;
    if (this.controlTruncated) { for (const fd of fds.splice(0)) fd.close(); }
    this.fds = fds;
    this.pidfd = dataOf(control, C.SCM_PIDFD).flatMap(ownFds)[0];
    const [credentials] = dataOf(control, C.SCM_CREDENTIALS);
    this.credentials = credentials === undefined || credentials.length < UCRED_SIZE
      ? undefined
      : decodeCredentials(credentials);
    const [context] = dataOf(control, C.SCM_SECURITY);
    this.securityContext = context === undefined ? undefined : new TextDecoder().decode(context).replace(/\0+$/, "");
    this.truncated = (received.flags & C.MSG_TRUNC) !== 0;
    try {
      this.data = buffer.subarray(0, received.length);
      this.addr = decodeSockaddrUn(received.sockaddr, transport);
    } catch (error) { // an invalid address, or a buffer that was transferred away
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Closes the descriptors that were not taken. */
  [Symbol.dispose](): void {
    for (const fd of this.fds) fd.close();
    this.pidfd?.close();
  }
}

/** Sends a message with its ancillary data. */
export async function sendUnixMessage(
  socket: Socket,
  message: OutgoingUnixMessage,
  isStream: boolean,
  options?: TransferOptions,
): Promise<number> {
  checkMessage(message);
  message = checkOptions("send a message", message, MESSAGE_PARTS);
  const { data = new Uint8Array(0), addr, fds = [], credentials } = message;
  checkParts(fds, credentials);
  const control = controlOf(fds, credentials);
  if (isStream && data.length === 0 && control.length > 0) {
    throw new TypeError("Cannot send ancillary data on a stream without a byte of data to carry it");
  }
  return await socket.sendmsg({
    buffers: [data],
    ...(addr === undefined ? {} : { sockaddr: encodeSockaddrUn(addr), address: formatUnixAddr(addr) }),
    ...(control.length === 0 ? {} : { control: encodeControlMessages(control) }),
  }, options);
}

/**
 * Receives a message with its ancillary data; `null` at the end of a connection, which `isEnd` detects. `hasRoom` is
 * false for an empty buffer, into which nothing is received before the end either.
 */
export async function receiveUnixMessage(
  socket: Socket,
  options: ReceiveMessageOptions,
  isEnd: (received: ReceivedMessage, hasRoom: boolean) => boolean,
  transport?: UnixAddr["transport"],
): Promise<UnixMessage | null> {
  options = checkOptions("receive a message", options, RECEIVE_MESSAGE_OPTIONS);
  const { buffer: given, maxFds = 0, ...transfer } = options;
  within("receive a message", "value of maxFds", maxFds, MAX_FDS);
  const controlLength = CONTROL_BASE + (maxFds > 0 ? controlMessageSpace(4 * maxFds) : 0);
  if (socket.fd < 0 && socket.isOver) return null;
  const { buffer, received } = await socket.recvmsgWhole(given, controlLength, transfer);
  const hasRoom = given === undefined || buffer.length > 0;
  if (!isEnd(received, hasRoom)) return new UnixMessage(buffer, received, maxFds, transport);
  socket.over("read");
  return null;
}

function checkParts(fds: readonly FdSource[], credentials: boolean | Credentials | undefined): void {
  listOf("send a message", "fds", fds);
  if (credentials !== undefined && typeof credentials !== "boolean" && Object(credentials) !== credentials) {
    throw new TypeError(
      `Cannot send a message as credentials must be a Boolean or an object: current value is ${quoted(credentials)}`,
    );
  }
}

function controlOf(fds: readonly FdSource[], credentials: boolean | Credentials | undefined): ControlMessage[] {
  if (fds.length > MAX_FDS) {
    throw new RangeError(`Cannot pass more than ${MAX_FDS} descriptors in a message: current number is ${fds.length}`);
  }
  const control: ControlMessage[] = [];
  if (fds.length > 0) {
    const data = new Uint8Array(Int32Array.from(fds, numberOf).buffer);
    control.push({ level: C.SOL_SOCKET, type: C.SCM_RIGHTS, data });
  }
  if (credentials !== undefined && credentials !== false) {
    const data = encodeCredentials(credentials === true ? processIds() : credentials);
    control.push({ level: C.SOL_SOCKET, type: C.SCM_CREDENTIALS, data });
  }
  return control;
}

function numberOf(source: FdSource): number {
  const fd = typeof source !== "object" || source === null ? source : "fd" in source ? source.fd : source.socket?.fd;
  if (typeof fd !== "number") {
    throw new TypeError(
      `Cannot pass a descriptor as it must be a number or an object with fd: current value is ${
        Object.prototype.toString.call(source)
      }`,
    );
  }
  if (Number.isInteger(fd) && fd >= 0 && fd <= 0x7fffffff) return fd;
  throw new TypeError(`Cannot pass a descriptor that is not open: current value is ${fd}`);
}

function dataOf(control: ControlMessage[], type: number): Uint8Array[] {
  return control.filter((message) => message.type === type).map(({ data }) => data);
}

/**
 * Takes only whole ints: the kernel truncates between descriptors. For the pidfd of an ended process, it may write
 * -errno.
 */
function ownFds(data: Uint8Array): OwnedFd[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const fds = Array.from({ length: Math.floor(data.length / 4) }, (_, i) => view.getInt32(i * 4, true));
  return fds.filter((fd) => fd >= 0).map((fd) => new OwnedFd(fd));
}
