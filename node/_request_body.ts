import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";

/**
 * The body of a request. `Readable.toWeb()` would destroy a message whose body is cancelled, and its connection could
 * then serve no other request.
 */
export function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array<ArrayBuffer>> {
  message.pause();
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      const closed = (): void => controller.close();
      message.on("data", (chunk: Buffer<ArrayBuffer>) => {
        controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
        if ((controller.desiredSize ?? 0) <= 0) message.pause();
      }).once("end", closed).on("error", (error) => controller.error(error));
    },
    pull: () => void message.resume(),
    cancel: () => discard(message),
  }, { highWaterMark: 0 });
}

/** Reads what the handler left of a body, which is before the next request. */
export function discard(message: IncomingMessage): void {
  message.removeAllListeners("data").removeAllListeners("end").resume();
}
