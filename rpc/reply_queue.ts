/** Passes replies on in the order of their calls, in whatever order they become known. */
export class ReplyQueue {
  readonly #put: (text: string) => void;
  /** From the first reply that is not known yet. */
  readonly #replies: { text?: string }[] = [];
  #held = 0;

  constructor(put: (text: string) => void) {
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
  add(text: string): void {
    if (this.#replies.length === 0) return this.#put(text);
    this.#replies.push({ text });
    this.#held += text.length;
  }

  /** Keeps the place of a reply; call the function given when it is known. */
  reserve(): (text: string) => void {
    const reply: { text?: string } = {};
    this.#replies.push(reply);
    return (text) => {
      reply.text = text;
      this.#held += text.length;
      this.#advance();
    };
  }

  #advance(): void {
    for (let text = this.#replies[0]?.text; text !== undefined; text = this.#replies[0]?.text) {
      this.#replies.shift();
      this.#held -= text.length;
      this.#put(text);
    }
  }
}
