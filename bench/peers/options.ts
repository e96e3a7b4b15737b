import { parseArgs } from "node:util";

/** The options of every echo server: `[--port N] [--accept-only]`. */
export function serverOptions(): { port: number; acceptOnly: boolean } {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "0" }, "accept-only": { type: "boolean", default: false } },
  });
  return { port: Number(values.port), acceptOnly: values["accept-only"] };
}
