import { lengthOf, type Reply } from "./_reply.ts";

/** Passes replies on in the order of their calls, in whatever order they become known. */
export class ReplyQueue {
  readonly #put: (reply: Reply) => void;
  /** From the first reply that is not known yet. */
  readonly #replies: { known?: Reply }[] = [];
  #held = 0;

  constructor(put: (reply: Reply) => void) {
    this.#put = put;
  }

  /** Replies that are not known, or wait for an earlier one. */
  get length(): number {
    return this.#replies.length;
  }

  /** UTF-16 units of the replies that wait for an earlier one. */
  get held(): number {
    return this.#held;
  }

  /** Takes a reply that is known. */
  add(reply: Reply): void {
    if (this.#replies.length === 0) return this.#put(reply);
    this.#replies.push({ known: reply });
    this.#held += lengthOf(reply);
  }

  /** Keeps the place of a reply; call the function given when it is known. */
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
