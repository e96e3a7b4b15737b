import { EINVAL, EOPNOTSUPP } from "./kernel_numbers.ts";

/**
 * A flag that is added to each call of a socket until its family refuses it: RDS, QRTR, AX.25, NET/ROM, ROSE and
 * AppleTalk refuse `MSG_NOSIGNAL`, AF_PACKET `MSG_CMSG_CLOEXEC`.
 */
export class AddedFlag {
  /** The flag; 0 once it was refused. */
  bits: number;
  readonly #flag: number;

  constructor(flag: number) {
    this.bits = this.#flag = flag;
  }

  /**
   * Takes the error of a call, and returns whether to call once more, now without the flag. If that fails too, the flag
   * was not the reason, and the next call has it again.
   *
   * @param n The negative errno.
   */
  retry(n: number): boolean {
    if (n !== -EINVAL && n !== -EOPNOTSUPP) return false;
    const had = this.bits !== 0;
    this.bits = had ? 0 : this.#flag;
    return had;
  }
}
