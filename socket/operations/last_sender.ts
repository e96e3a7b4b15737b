import { lengthSpace, SOCKADDR_SIZE, sockaddrSpace } from "./sockaddr_space.ts";

/**
 * The sender of the last datagram. Often the next datagram has the same sender, whose address then need not be decoded
 * again.
 */
export class LastSender<A> {
  readonly #decode: (sockaddr: Uint8Array) => A;
  #sockaddr: Uint8Array = new Uint8Array(0);
  #addr: Readonly<A> | undefined;

  constructor(decode: (sockaddr: Uint8Array) => A) {
    this.#decode = decode;
  }

  /** The address that the kernel just wrote. It is frozen, since several datagrams may share it. */
  take(): Readonly<A> {
    const length = Math.min(lengthSpace[0] ?? 0, SOCKADDR_SIZE);
    if (this.#addr !== undefined && this.#isSame(length)) return this.#addr;
    const sockaddr = sockaddrSpace.slice(0, length);
    const addr = Object.freeze(this.#decode(sockaddr));
    const fixed = Object.values(addr as object).every((value) => typeof value !== "object"); // bytes cannot be frozen
    this.#sockaddr = sockaddr;
    this.#addr = fixed ? addr : undefined;
    return addr;
  }

  /** The sockaddr of an address that {@linkcode take} just returned. */
  sockaddrOf(addr: unknown): Uint8Array | undefined {
    return addr === this.#addr ? this.#sockaddr : undefined;
  }

  #isSame(length: number): boolean {
    if (length !== this.#sockaddr.length) return false;
    for (let i = 0; i < length; i++) {
      if (sockaddrSpace[i] !== this.#sockaddr[i]) return false;
    }
    return true;
  }
}
