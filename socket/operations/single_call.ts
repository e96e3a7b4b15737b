import { systemError } from "../../ffi/error.ts";
import { Operation } from "../operation.ts";
import { mayGoOn } from "../polling/turn.ts";
import type { AddedFlag } from "./added_flag.ts";
import { EAGAIN, EINTR } from "./kernel_numbers.ts";

/** An operation that is done when one system call succeeds: `EINTR` is retried, `EAGAIN` waited for. */
export abstract class SingleCall<T> extends Operation<T> {
  /** The `MSG_*` flags of the call. */
  flags: number;
  readonly #added: AddedFlag | undefined;

  /** @param added A flag to add, for families that do not refuse it. */
  constructor(flags: number, added?: AddedFlag) {
    super();
    this.flags = flags;
    this.#added = added;
  }

  /** Makes the call: returns its result, or the negative errno. */
  protected abstract call(flags: number): number;

  /** Makes the operation's result from that of the call. */
  protected abstract resultOf(n: number): T;

  attempt(): T | undefined {
    for (;;) {
      const n = this.call(this.#added === undefined ? this.flags : this.flags | this.#added.bits);
      if (n >= 0) return this.resultOf(n);
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR && this.#added?.retry(n) !== true) throw systemError(-n, this.syscall);
      if (!mayGoOn()) return undefined;
    }
  }
}
