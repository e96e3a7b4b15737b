/**
 * Refuses a message that is not an object. A caller who passes the bytes directly would otherwise send an empty
 * message.
 *
 * @throws {TypeError} If `message` is not an object that holds the parts of a message.
 */
export function checkMessage(message: object): void {
  if (typeof message === "object" && message !== null && !ArrayBuffer.isView(message)) return;
  throw new TypeError(
    `Cannot send: the message must be an object such as { data }: current value is ${
      Object.prototype.toString.call(message)
    }`,
  );
}
