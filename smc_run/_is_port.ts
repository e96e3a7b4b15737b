/** Whether `node:net` takes it as a port: a whole number up to 65535, also as text. */
export function isPort(port: unknown): boolean {
  if (typeof port !== "number" && (typeof port !== "string" || port.trim() === "")) return false;
  const number = Number(port);
  return Number.isInteger(number) && number >= 0 && number <= 0xffff;
}
