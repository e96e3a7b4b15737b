/** The name of the method that `console.log()` of Deno, Node and Bun calls. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** An object that defines what `console.log()` prints. */
export interface Inspectable {
  /** The text. */
  [INSPECT](): string;
}

/** The name of the method that tells which address a wait is about. */
export const ADDRESS: unique symbol = Symbol("address");

/** What waits at an address. */
export interface Addressed {
  /** The address as text, for the error of a timeout; `undefined` if there is none. */
  [ADDRESS](): string | undefined;
}

/** The address that a wait is about, as text: the other end's, else the socket's own. */
export function waitedAt(remote: (() => string) | undefined, local: (() => string) | undefined): string | undefined {
  const text = textOf(remote);
  if (text !== undefined) return text;
  const own = textOf(local);
  return own === undefined ? undefined : `the socket at ${own}`;
}

function textOf(text: (() => string) | undefined): string | undefined {
  try {
    return text?.();
  } catch {
    return undefined; // it is not connected
  }
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
