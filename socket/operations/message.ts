import { checkBuffer } from "../../checks/check_buffer.ts";
import { listOf } from "../../checks/list_of.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { INT_MAX, within } from "../../checks/within.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { countBytes, mayGoOn } from "../polling/turn.ts";
import type { MessageSpace, OutgoingMessage, ReceivedMessage } from "../transfer.ts";
import type { AddedFlag } from "./added_flag.ts";
import { EAGAIN, EINTR, MAX_BUFFERS, MAX_CALL } from "./kernel_numbers.ts";
import { MessageHeader } from "./message_header.ts";
import { withProgress } from "./progress.ts";
import type { RetryLater } from "./retry_later.ts";
import { sendError } from "./send_error.ts";
import { destinationOf, SendRetry } from "./send_retry.ts";
import { SingleCall } from "./single_call.ts";
import { SOCKADDR_SIZE } from "./sockaddr_space.ts";

const MESSAGE_PARTS: OptionNames<OutgoingMessage> = { address: true, buffers: true, control: true, sockaddr: true };
const SPACE_PARTS: OptionNames<MessageSpace> = { buffers: true, controlLength: true };

/** sendmsg(2); on a stream until all is sent, the ancillary data with the first bytes. */
export class MessageSend extends Operation<number> {
  readonly syscall = "sendmsg";
  readonly #fd: number;
  readonly #buffers: Uint8Array[];
  readonly #total: number;
  readonly #flags: number;
  readonly #added: AddedFlag;
  readonly #isStream: boolean;
  readonly #retry: SendRetry;
  readonly #sockaddr: Uint8Array | undefined;
  readonly #address: string | undefined;
  #header: MessageHeader;
  #sent = 0;

  constructor(
    fd: number,
    readiness: RetryLater,
    message: OutgoingMessage,
    flags: number,
    added: AddedFlag,
    isStream: boolean,
  ) {
    super();
    message = checkOptions("send a message", message, MESSAGE_PARTS);
    const { buffers = [], sockaddr, address, control } = message;
    listOf("send a message", "buffers", buffers);
    this.#fd = fd;
    this.#buffers = buffers;
    this.#flags = flags;
    this.#added = added;
    this.#isStream = isStream;
    this.#retry = new SendRetry(fd, readiness);
    this.#sockaddr = sockaddr;
    this.#address = address;
    this.#header = new MessageHeader(isStream ? partOf(buffers, 0) : buffers, sockaddr, control);
    for (const buffer of buffers) checkBuffer(buffer, buffer?.byteLength);
    this.#total = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
  }

  /** How many bytes were sent. */
  attempt(): number | undefined {
    for (;;) {
      this.#header.check();
      const n = outcome(libc().sendmsg(this.#fd, this.#header.bytes, this.#flags | this.#added.bits));
      if (n === -EAGAIN) return this.#retry.wait(this.#sockaddr);
      if (n === -EINTR || this.#added.retry(n)) {
        if (!mayGoOn()) return undefined;
        continue;
      }
      if (n < 0) throw sendError(n, "sendmsg", this.#sockaddr, this.#address);
      this.#sent += n;
      countBytes(n);
      if (this.#sent >= this.#total || !this.#isStream) return this.#sent;
      this.#header = new MessageHeader(partOf(this.#buffers, this.#sent));
      if (!mayGoOn()) return undefined;
    }
  }

  override address(): string | undefined {
    return this.#address;
  }

  override destination(): string | undefined {
    return destinationOf(this.#sockaddr);
  }

  /** Adds to the error how many bytes were sent. */
  override rejection(error: unknown, aborted: boolean): unknown {
    return withProgress(this, error, aborted, "bytesWritten", this.#sent);
  }
}

/** recvmsg(2) of one message. */
export class MessageReceive extends SingleCall<ReceivedMessage> {
  readonly syscall = "recvmsg";
  readonly #fd: number;
  readonly #header: MessageHeader;

  constructor(fd: number, space: MessageSpace, flags: number, added: AddedFlag) {
    super(flags, added);
    space = checkOptions("receive a message", space, SPACE_PARTS);
    const { buffers, controlLength = 0 } = space;
    within("receive a message", "controlLength", controlLength, INT_MAX);
    this.#fd = fd;
    this.#header = new MessageHeader(buffers, new Uint8Array(SOCKADDR_SIZE), new Uint8Array(controlLength));
  }

  protected call(flags: number): number {
    this.#header.check();
    this.#header.reset();
    return outcome(libc().recvmsg(this.#fd, this.#header.bytes, flags));
  }

  protected resultOf(n: number): ReceivedMessage {
    countBytes(n);
    return this.#header.received(n);
  }
}

/** What one sendmsg(2) sends of a stream's buffers, starting at an offset. */
function partOf(buffers: Uint8Array[], from: number): Uint8Array[] {
  const part: Uint8Array[] = [];
  let [begin, end] = [from, from + MAX_CALL];
  for (const buffer of buffers) {
    if (end <= 0 || part.length === MAX_BUFFERS) break;
    if (begin < buffer.byteLength) part.push(buffer.subarray(Math.max(begin, 0), end));
    begin -= buffer.byteLength;
    end -= buffer.byteLength;
  }
  return part;
}
