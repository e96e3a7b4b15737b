import { parseArgs } from "node:util";

/** What an echo server in TypeScript is told. */
export interface ServerOptions {
  /** The port to listen on; 0 for any. */
  port: number;
  /** Closes each connection instead of echoing. */
  acceptOnly: boolean;
  /** Bytes of each connection's buffer. */
  bufferSize: number;
}

/** Reads `[--port N] [--accept-only] [--buffer BYTES]`. */
export function serverOptions(): ServerOptions {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "0" },
      "accept-only": { type: "boolean", default: false },
      buffer: { type: "string", default: "65536" },
    },
  });
  return { port: Number(values.port), acceptOnly: values["accept-only"], bufferSize: Number(values.buffer) };
}
