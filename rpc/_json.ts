import { RpcError } from "./rpc_error.ts";

/**
 * How deep the parameters of a call and its result may be nested. Engines parse and write JSON recursively: what they
 * read with much stack left, they could not write again with less.
 */
export const MAX_DEPTH = 200;

/** Bytes that engines need: per call, per object or array, per element. */
const CALL = 1024;
const OBJECT = 64;
const ELEMENT = 16;
/** And per name of an object that has more than a few: engines then keep its names in a hash table. */
const NAME = 112;
const FEW_NAMES = 128;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** In a string longer than this, `indexOf` searches the end: faster for long strings, slower for short ones. */
const SHORT_STRING = 24;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a body that {@linkcode weightOf} has accepted.
 *
 * @throws {SyntaxError} If it is not JSON.
 * @throws {TypeError} If it is not UTF-8.
 */
export function parseJson(body: Uint8Array): unknown {
  const text = decoder.decode(body);
  // The fatal decoder is several times slower on V8 runtimes: it runs only if something may have been replaced.
  if (text.includes("\ufffd")) strict.decode(body);
  return JSON.parse(text);
}

/**
 * Estimates how many bytes of memory the value in a body will take: many times the text if arrays are short. It does
 * not parse the body.
 *
 * @param wrappers How many objects the body has around the caller's value.
 * @throws {RpcError} If the value is nested deeper than {@linkcode MAX_DEPTH}.
 */
export function weightOf(body: Uint8Array, wrappers: number): number {
  const maxDepth = MAX_DEPTH + wrappers;
  let weight = CALL + 2 * body.length;
  if (body.length <= maxDepth) return weight;
  let depth = 0;
  const names = new Uint32Array(maxDepth + 1);
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
        if (++depth > maxDepth) throw new RpcError(`The JSON is nested deeper than ${MAX_DEPTH} levels`);
        names[depth] = 0;
        break;
      case 0x3a: // :
        if ((names[depth] = (names[depth] ?? 0) + 1) > FEW_NAMES) weight += NAME;
        break;
      case 0x5d: // ]
      case 0x7d: // }
        depth--;
    }
  }
  return weight;
}

/** The position of the quote that ends the string. */
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
