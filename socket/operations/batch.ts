import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { MessageBatch, takeReceived } from "../message_batch.ts";
import { Operation } from "../operation.ts";
import { countOperations, mayGoOn } from "../polling/turn.ts";
import type { AddedFlag } from "./added_flag.ts";
import { EAGAIN, EINTR } from "./kernel_numbers.ts";
import { withProgress } from "./progress.ts";
import type { RetryLater } from "./retry_later.ts";
import { destinationOf, SendRetry } from "./send_retry.ts";
import { SingleCall } from "./single_call.ts";

/** recvmmsg(2) of the messages that are there. */
export class BatchReceive extends SingleCall<number> {
  readonly syscall = "recvmmsg";
  readonly #fd: number;
  readonly #batch: MessageBatch;

  constructor(fd: number, batch: MessageBatch, flags: number, added: AddedFlag) {
    super(flags, added);
    this.#fd = fd;
    this.#batch = batch;
  }

  protected call(flags: number): number {
    checkBatch(this.#batch);
    this.#batch.clear();
    return outcome(libc().recvmmsg(this.#fd, this.#batch.headers, this.#batch.capacity, flags, null));
  }

  /** How many messages were received. */
  protected resultOf(n: number): number {
    takeReceived(this.#batch, n);
    countOperations(n);
    return n;
  }
}

/** sendmmsg(2), until all messages are sent. */
export class BatchSend extends Operation<number> {
  readonly syscall = "sendmmsg";
  readonly #fd: number;
  readonly #batch: MessageBatch;
  readonly #total: number;
  readonly #flags: number;
  readonly #added: AddedFlag;
  readonly #retry: SendRetry;
  #sent = 0;

  constructor(fd: number, readiness: RetryLater, batch: MessageBatch, flags: number, added: AddedFlag) {
    super();
    this.#fd = fd;
    this.#batch = batch;
    this.#total = batch?.length;
    this.#flags = flags;
    this.#added = added;
    this.#retry = new SendRetry(fd, readiness);
  }

  /** How many messages were sent: all of them. */
  attempt(): number | undefined {
    checkBatch(this.#batch);
    while (this.#sent < this.#total) {
      const headers = this.#batch.headersFrom(this.#sent);
      const flags = this.#flags | this.#added.bits;
      const n = outcome(libc().sendmmsg(this.#fd, headers, this.#total - this.#sent, flags));
      if (n === -EAGAIN) return this.#retry.wait(this.#batch.sockaddr(this.#sent));
      if (n >= 0) {
        this.#sent += n;
        countOperations(n);
      } else if (n !== -EINTR && !this.#added.retry(n)) throw systemError(-n, "sendmmsg");
      if (this.#sent < this.#total && !mayGoOn()) return undefined;
    }
    return this.#total;
  }

  /** The address of the first message that is not sent. */
  override destination(): string | undefined {
    return this.#sent < this.#batch.length ? destinationOf(this.#batch.sockaddr(this.#sent)) : undefined;
  }

  /** Adds to the error how many messages were sent. */
  override rejection(error: unknown, aborted: boolean): unknown {
    return withProgress(this, error, aborted, "messagesSent", this.#sent);
  }
}

function checkBatch(batch: MessageBatch): void {
  if (batch instanceof MessageBatch) return;
  throw new TypeError(
    `Cannot use a batch that is not a MessageBatch: current value is ${Object.prototype.toString.call(batch)}`,
  );
}
