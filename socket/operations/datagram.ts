import { checkBuffer } from "../../checks/check_buffer.ts";
import { C } from "../../ffi/constants.ts";
import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { Operation } from "../operation.ts";
import { mayGoOn } from "../polling/turn.ts";
import type { Datagram } from "../transfer.ts";
import type { AddedFlag } from "./added_flag.ts";
import { EAGAIN, EINTR, MSG_DONTWAIT } from "./kernel_numbers.ts";
import type { LastSender } from "./last_sender.ts";
import { RECEIVE_SIZE, receiveSpace } from "./receive_space.ts";
import type { RetryLater } from "./retry_later.ts";
import { sendError } from "./send_error.ts";
import { destinationOf, SendRetry } from "./send_retry.ts";
import { lengthSpace, SOCKADDR_SIZE, sockaddrSpace } from "./sockaddr_space.ts";

const { MSG_TRUNC } = C;

/** recvfrom(2) of one datagram: into a buffer, or into a new array as long as the datagram. */
export class DatagramReceive<A> extends Operation<Datagram<A>> {
  readonly syscall = "recvfrom";
  /** True once it has its result, and can be used again. */
  done = true;
  readonly #fd: number;
  readonly #sender: LastSender<A>;
  #buffer: Uint8Array | undefined;
  #flags = 0;
  #room = 0;
  /** `#room` for C, and the number that it was made from: a bigint is slow to make. */
  #size = 0n;
  #sized = 0;

  constructor(fd: number, sender: LastSender<A>) {
    super();
    this.#fd = fd;
    this.#sender = sender;
  }

  /** Prepares it for another datagram. */
  prepare(buffer: Uint8Array | undefined, flags: number): this {
    this.done = false;
    this.#buffer = buffer;
    this.#flags = flags | MSG_TRUNC | MSG_DONTWAIT;
    this.#room = buffer === undefined ? RECEIVE_SIZE : buffer.byteLength;
    return this;
  }

  /** The datagram. */
  attempt(): Datagram<A> | undefined {
    const buffer = this.#buffer ?? receiveSpace();
    const room = this.#room;
    checkBuffer(buffer, room);
    if (room !== this.#sized) {
      this.#size = BigInt(room);
      this.#sized = room;
    }
    for (;;) {
      lengthSpace[0] = SOCKADDR_SIZE;
      const n = outcome(libc().recvfrom(this.#fd, buffer, this.#size, this.#flags, sockaddrSpace, lengthSpace));
      if (n >= 0) {
        this.done = true;
        const length = n < room ? n : room;
        const data = this.#buffer === undefined ? buffer.slice(0, length) : buffer.subarray(0, length);
        return { data, addr: this.#sender.take(), truncated: n > room };
      }
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR) throw systemError(-n, "recvfrom");
      if (!mayGoOn()) return undefined;
    }
  }
}

/** sendto(2) of one datagram. */
export class DatagramSend extends Operation<number> {
  readonly syscall = "sendto";
  readonly #fd: number;
  readonly #readiness: RetryLater;
  readonly #bytes: Uint8Array;
  readonly #length: number;
  readonly #sockaddr: Uint8Array;
  readonly #flags: number;
  readonly #added: AddedFlag;
  readonly #address: ((sockaddr: Uint8Array) => string) | undefined;
  #retry: SendRetry | undefined;

  constructor(
    fd: number,
    readiness: RetryLater,
    bytes: Uint8Array,
    sockaddr: Uint8Array,
    flags: number,
    added: AddedFlag,
    address?: (sockaddr: Uint8Array) => string,
  ) {
    super();
    this.#fd = fd;
    this.#readiness = readiness;
    this.#bytes = bytes;
    this.#length = bytes?.byteLength;
    this.#sockaddr = sockaddr;
    this.#flags = flags;
    this.#added = added;
    this.#address = address;
  }

  /** How many bytes were sent: all of them. */
  attempt(): number | undefined {
    checkBuffer(this.#bytes, this.#length);
    const [length, sockaddr] = [BigInt(this.#length), this.#sockaddr];
    for (;;) {
      const flags = this.#flags | this.#added.bits;
      const n = outcome(libc().sendto(this.#fd, this.#bytes, length, flags, sockaddr, sockaddr.byteLength));
      if (n >= 0) return n;
      if (n === -EAGAIN) return (this.#retry ??= new SendRetry(this.#fd, this.#readiness)).wait(sockaddr);
      if (n !== -EINTR && !this.#added.retry(n)) throw sendError(n, "sendto", sockaddr, this.address());
      if (!mayGoOn()) return undefined;
    }
  }

  override destination(): string | undefined {
    return destinationOf(this.#sockaddr);
  }

  override address(): string | undefined {
    return this.#address?.(this.#sockaddr);
  }
}
