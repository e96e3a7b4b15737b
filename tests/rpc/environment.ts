import process from "node:process";

/** A number from the environment, if it is set and may be read. */
export function numberFromEnvironment(name: string, otherwise: number): number {
  try {
    return Number(process.env[name] ?? otherwise);
  } catch {
    return otherwise; // no permission to read it
  }
}
