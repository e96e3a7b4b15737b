import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { countBytes } from "../polling/turn.ts";
import type { ReceivedMessage } from "../transfer.ts";
import type { AddedFlag } from "./added_flag.ts";
import { MessageHeader } from "./message_header.ts";
import { RECEIVE_SIZE, receiveSpace } from "./receive_space.ts";
import { SingleCall } from "./single_call.ts";
import { SOCKADDR_SIZE } from "./sockaddr_space.ts";

/** The bytes of a message, and what else recvmsg(2) returned. */
export interface WholeMessage {
  buffer: Uint8Array;
  received: ReceivedMessage;
}

/** recvmsg(2) of one message, into a new array as long as the message. */
export class WholeMessageReceive extends SingleCall<WholeMessage> {
  readonly syscall = "recvmsg";
  readonly #fd: number;
  readonly #space = receiveSpace();
  readonly #header: MessageHeader;

  constructor(fd: number, controlLength: number, flags: number, added: AddedFlag) {
    super(flags, added);
    this.#fd = fd;
    this.#header = new MessageHeader([this.#space], new Uint8Array(SOCKADDR_SIZE), new Uint8Array(controlLength));
  }

  protected call(flags: number): number {
    this.#header.reset();
    return outcome(libc().recvmsg(this.#fd, this.#header.bytes, flags));
  }

  /** Copies the bytes at once: the next receive uses the same space. */
  protected resultOf(n: number): WholeMessage {
    countBytes(n);
    return { buffer: this.#space.slice(0, Math.min(n, RECEIVE_SIZE)), received: this.#header.received(n) };
  }
}
