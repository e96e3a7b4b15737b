import { C } from "../../ffi/constants.ts";
import { EINVAL, EOPNOTSUPP } from "./kernel_numbers.ts";

/** The families of which recvmsg(2) refuses `MSG_CMSG_CLOEXEC`. */
const REFUSING = [C.AF_ATMPVC, C.AF_ATMSVC, C.AF_CAN, C.AF_PACKET, C.AF_PHONET];

/**
 * `MSG_NOSIGNAL` for all that a socket sends: a refused send has done nothing, and may be made again. `MSG_DONTWAIT`, as
 * another process that has the same open socket may clear its `O_NONBLOCK`, and no send must block the event loop.
 */
export function noSignal(): AddedFlag {
  return new AddedFlag(C.MSG_NOSIGNAL, true, C.MSG_DONTWAIT);
}

/**
 * `MSG_CMSG_CLOEXEC` for all that a socket of a family receives. A receive may be more than it says: of AF_ALG it is the
 * operation itself, which must not run twice because it failed.
 */
export function cmsgCloexec(family: number): AddedFlag {
  return new AddedFlag(C.MSG_CMSG_CLOEXEC, REFUSING.includes(family));
}

/**
 * A flag that is added to each call of a socket until its family refuses it: RDS, QRTR, AX.25, NET/ROM, ROSE and
 * AppleTalk refuse `MSG_NOSIGNAL`, AF_PACKET `MSG_CMSG_CLOEXEC`.
 */
export class AddedFlag {
  /** The flags to add. */
  bits: number;
  readonly #flag: number;
  readonly #mayBeRefused: boolean;

  /** @param always What no family refuses. */
  constructor(flag: number, mayBeRefused: boolean, always = 0) {
    this.bits = flag | always;
    this.#flag = flag;
    this.#mayBeRefused = mayBeRefused;
  }

  /**
   * Takes the error of a call, and returns whether to call once more, now without the flag. If that fails too, the flag
   * was not the reason, and the next call has it again.
   *
   * @param n The negative errno.
   */
  retry(n: number): boolean {
    if (!this.#mayBeRefused || (n !== -EINVAL && n !== -EOPNOTSUPP)) return false;
    const had = (this.bits & this.#flag) !== 0;
    this.bits ^= this.#flag;
    return had;
  }
}
