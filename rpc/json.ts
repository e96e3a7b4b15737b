const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a body.
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
