/**
 * To be called with what is to be sent: the bytes of a message in place of the message would be a message of nothing.
 *
 * @throws {TypeError} If it is no object with the parts of a message.
 */
export function checkMessage(message: object): void {
  if (typeof message === "object" && message !== null && !ArrayBuffer.isView(message)) return;
  throw new TypeError(`Cannot send what is no message: current value is ${Object.prototype.toString.call(message)}`);
}
