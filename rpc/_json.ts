import { RpcError } from "./rpc_error.ts";

/**
 * How deep the parameters of a call and its result may be nested. Engines recurse where they parse and write JSON: what
 * is read with much stack left could not be written again with less.
 */
export const MAX_DEPTH = 200;

/** Bytes that engines take: for what comes with a call, for an object or array, for an element. */
const CALL = 1024;
const OBJECT = 64;
const ELEMENT = 16;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** A string longer than this is searched for its end by the engine: quicker for long ones, slower for short ones. */
const SHORT_STRING = 24;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a body, of which {@linkcode weightOf} has told that it can be parsed.
 *
 * @throws {SyntaxError} If it is no JSON.
 * @throws {TypeError} If it is no UTF-8.
 */
export function parseJson(body: Uint8Array): unknown {
  const text = decoder.decode(body);
  // The fatal decoder is several times slower in V8's hosts: it is asked only where something may have been replaced.
  if (text.includes("\ufffd")) strict.decode(body);
  return JSON.parse(text);
}

/**
 * About how many bytes of memory the value in a body will take: many times its text where arrays are short. The body is
 * not parsed, whatever it holds.
 *
 * @throws {RpcError} If it is nested deeper than `maxDepth`.
 */
export function weightOf(body: Uint8Array, maxDepth: number): number {
  let weight = CALL + 2 * body.length;
  if (body.length <= maxDepth) return weight;
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    switch (body[at]) {
      case QUOTE:
        at = endOfString(body, at + 1);
        break;
      case 0x2c: // ,
        weight += ELEMENT;
        break;
      case 0x5b: // [
      case 0x7b: // {
        weight += OBJECT;
        if (++depth > maxDepth) throw new RpcError(`The JSON is nested deeper than ${maxDepth} levels`);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
    }
  }
  return weight;
}

/** Where the quote stands that ends the string. */
function endOfString(body: Uint8Array, start: number): number {
  for (let at = start; at < body.length;) {
    for (const most = at + SHORT_STRING; at < most; at++) {
      if (body[at] === QUOTE) return at;
      if (body[at] === BACKSLASH) at++;
    }
    const quote = body.indexOf(QUOTE, at);
    if (quote < 0) return body.length;
    let escapes = quote;
    while (escapes > at && body[escapes - 1] === BACKSLASH) escapes--;
    if ((quote - escapes) % 2 === 0) return quote;
    at = quote + 1;
  }
  return body.length;
}
