import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import { countBytes } from "../polling/turn.ts";
import { BufferCall } from "./buffer_call.ts";

/** send(2) of one message, or of as much as a stream has room for. */
export class Send extends BufferCall<number> {
  readonly syscall = "send";

  protected call(flags: number): number {
    const size = this.size();
    return outcome(libc().send(this.fd, this.buffer, size, flags));
  }

  protected resultOf(n: number): number {
    countBytes(n);
    return n;
  }
}
