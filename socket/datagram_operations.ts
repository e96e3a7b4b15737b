import { systemError } from "../ffi/error.ts";
import { outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { EAGAIN, EINTR, MSG_NOSIGNAL } from "./limits.ts";
import { Operation } from "./operation.ts";
import type { Readiness } from "./readiness.ts";
import { Room } from "./room.ts";
import { lengthSpace, SOCKADDR_SIZE, sockaddrSpace } from "./sockaddr_space.ts";

/** A datagram that came. */
export interface Datagram<A> {
  /** The bytes. */
  data: Uint8Array;
  /** Who sent it. */
  addr: A;
  /** Whether bytes were cut off, since the buffer was too small. */
  truncated: boolean;
}

/** No datagram of IP is longer. */
const SCRATCH_SIZE = 65536;

// Used within one synchronous call, never across a wait.
let scratch: Uint8Array | undefined;

/** recvfrom(2) of one datagram: into a buffer, or into a copy as long as the datagram. */
export class DatagramReceive<A> extends Operation<Datagram<A>> {
  readonly syscall = "recvfrom";
  readonly #fd: number;
  readonly #decode: (sockaddr: Uint8Array) => A;
  readonly #buffer: Uint8Array | undefined;
  readonly #flags: number;

  constructor(fd: number, decode: (sockaddr: Uint8Array) => A, buffer: Uint8Array | undefined, flags: number) {
    super();
    this.#fd = fd;
    this.#decode = decode;
    this.#buffer = buffer;
    this.#flags = flags;
  }

  /** The datagram. */
  attempt(): Datagram<A> | undefined {
    const buffer = this.#buffer ?? (scratch ??= new Uint8Array(SCRATCH_SIZE));
    const room = buffer.byteLength;
    if (room === 0) buffer.subarray(); // a TypeError if it was transferred away: better than a datagram lost
    for (;;) {
      lengthSpace[0] = SOCKADDR_SIZE;
      const n = outcome(libc().recvfrom(this.#fd, buffer, BigInt(room), this.#flags, sockaddrSpace, lengthSpace));
      if (n >= 0) {
        const length = n < room ? n : room;
        const data = this.#buffer === undefined ? buffer.slice(0, length) : buffer.subarray(0, length);
        const sockaddr = sockaddrSpace.subarray(0, lengthSpace[0]);
        return { data, addr: this.#decode(sockaddr), truncated: n > room };
      }
      if (n === -EAGAIN) return undefined;
      if (n !== -EINTR) throw systemError(-n, "recvfrom");
    }
  }
}

/** sendto(2) of one datagram. */
export class DatagramSend extends Operation<number> {
  readonly syscall = "sendto";
  readonly #fd: number;
  readonly #readiness: Readiness;
  readonly #bytes: Uint8Array;
  readonly #sockaddr: Uint8Array;
  readonly #flags: number;
  readonly #address: (() => string) | undefined;
  #room: Room | undefined;

  constructor(
    fd: number,
    readiness: Readiness,
    bytes: Uint8Array,
    sockaddr: Uint8Array,
    flags: number,
    address?: () => string,
  ) {
    super();
    this.#fd = fd;
    this.#readiness = readiness;
    this.#bytes = bytes;
    this.#sockaddr = sockaddr;
    this.#flags = flags | MSG_NOSIGNAL;
    this.#address = address;
  }

  /** Bytes that went: all. */
  attempt(): number | undefined {
    const [length, sockaddr] = [BigInt(this.#bytes.byteLength), this.#sockaddr];
    for (;;) {
      const n = outcome(libc().sendto(this.#fd, this.#bytes, length, this.#flags, sockaddr, sockaddr.byteLength));
      if (n >= 0) return n;
      if (n === -EAGAIN) return (this.#room ??= new Room(this.#readiness)).wait(sockaddr);
      if (n !== -EINTR) throw systemError(-n, "sendto", this.#address?.());
    }
  }
}
