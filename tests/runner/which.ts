import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { environment } from "./environment.ts";

/** The path of a program in `PATH`; `undefined` if it is not there. Needs `--allow-read --allow-env`. */
export function which(program: string): string | undefined {
  const paths = (environment("PATH") ?? "").split(delimiter).filter(Boolean).map((folder) => join(folder, program));
  return paths.find(executable);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
