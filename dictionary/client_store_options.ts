import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";

/** Options of {@linkcode redisStore} and {@linkcode etcdStore}. */
export interface ClientStoreOptions {
  /**
   * The prefix of each key, before the name.
   *
   * @default {""}
   */
  prefix?: string;
}

const NAMES: OptionNames<ClientStoreOptions> = { prefix: true };

/** Checks a client, which must have some functions, and the options; returns the prefix. */
export function prefixOf(engine: string, client: unknown, functions: string[], options: ClientStoreOptions): string {
  options = checkOptions(`make a store of ${engine}`, options, NAMES);
  const { prefix = "" } = options;
  if (typeof prefix !== "string") {
    throw new TypeError(`Cannot use prefix as it must be a string: current value is ${quoted(prefix)}`);
  }
  const members = client as Record<string, unknown> | null | undefined;
  if (functions.every((name) => typeof members?.[name] === "function")) return prefix;
  throw new TypeError(
    `Cannot make a store of ${engine}: the client must have ${functions.join(" and ")}: current value is ${
      Object.prototype.toString.call(client)
    }`,
  );
}
