/** The name of the method that `console.log()` of Deno, Node and Bun calls. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** An object that defines what `console.log()` prints. */
export interface Inspectable {
  /** The text. */
  [INSPECT](): string;
}

/** The text for an object of a class: `TcpConn { fd: 7 }`. A field whose function throws is left out. */
export function describe(object: object, fields: Record<string, () => string>): string {
  const texts = Object.entries(fields).flatMap(([name, text]) => {
    try {
      return [`${name}: ${text()}`];
    } catch {
      return [];
    }
  });
  return `${object.constructor.name} { ${texts.join(", ")} }`;
}
