import { lengthOf, type Reply } from "./_reply.ts";

/** Passes on replies in the order of their calls, whatever the order in which they become known. */
export class ReplyQueue {
  readonly #put: (reply: Reply) => void;
  /** The replies from the first unknown one on. */
  readonly #replies: { known?: Reply }[] = [];
  #held = 0;

  constructor(put: (reply: Reply) => void) {
    this.#put = put;
  }

  /** The number of replies that are unknown, or wait for an earlier one. */
  get length(): number {
    return this.#replies.length;
  }

  /** The length of the replies that wait for an earlier one, in UTF-16 units. */
  get held(): number {
    return this.#held;
  }

  /** Adds a known reply. */
  add(reply: Reply): void {
    if (this.#replies.length === 0) return this.#put(reply);
    this.#replies.push({ known: reply });
    this.#held += lengthOf(reply);
  }

  /** Reserves the place of a reply; call the returned function once it is known. */
  reserve(): (reply: Reply) => void {
    const place: { known?: Reply } = {};
    this.#replies.push(place);
    return (reply) => {
      place.known = reply;
      this.#held += lengthOf(reply);
      this.#advance();
    };
  }

  #advance(): void {
    for (let reply = this.#replies[0]?.known; reply !== undefined; reply = this.#replies[0]?.known) {
      this.#replies.shift();
      this.#held -= lengthOf(reply);
      this.#put(reply);
    }
  }
}
