import { entryPoints, root } from "../npm_package.ts";
import { mustRun } from "../runtimes/run.ts";

/** A typed socket option of the library, as its declaration describes it. */
export interface OptionDoc {
  /** Its C name, such as `SO_REUSEPORT`. */
  name: string;
  /** The module that has it, such as `socket`. */
  module: string;
  /** The source file, such as `inet/options/tcp_options.ts`. */
  file: string;
  /** The type of its value. */
  type: string;
  /** Whether it is read, written, or both. */
  access: "get" | "set" | "get, set";
  /** The first paragraph of its documentation. */
  doc: string;
}

interface Doc {
  nodes: Record<string, { symbols: { name: string; declarations: Declaration[] }[] }>;
}

interface Declaration {
  location: { filename: string };
  jsDoc?: { doc?: string };
  def?: { tsType?: { value?: { typeName?: string; typeParams?: Type[] } } };
}

/** A type as `deno doc` describes it: only a name and a keyword have a text. */
interface Type {
  repr?: string;
  kind: string;
  value: unknown;
}

const ACCESS: Record<string, OptionDoc["access"]> = {
  ReadableOption: "get",
  WritableOption: "set",
  SocketOption: "get, set",
};

/** Every typed option that the library exports, sorted by module and name. */
export async function optionDocs(): Promise<OptionDoc[]> {
  const options: OptionDoc[] = [];
  for (const [entry, file] of entryPoints) {
    const module = entry.slice(2);
    if (!/^(socket|inet|packet|vsock|can|sctp|tipc|bluetooth|smc|unix|netlink)$/.test(module)) continue;
    const doc: Doc = JSON.parse(await mustRun([Deno.execPath(), "doc", "--quiet", "--json", file], { cwd: root }));
    const symbols = Object.values(doc.nodes).flatMap(({ symbols }) => symbols);
    for (const { name, declarations: [declaration] } of symbols) {
      const type = declaration?.def?.tsType?.value;
      const access = ACCESS[type?.typeName ?? ""];
      if (declaration === undefined || access === undefined) continue;
      const source = declaration.location.filename.slice(`file://${root}`.length);
      if (!source.startsWith(`${module}/`)) continue;
      const text = declaration.jsDoc?.doc?.split("\n\n")[0]?.replaceAll("\n", " ")
        .replaceAll(/\{@link(?:code)? ([^}|]+?)(?: \|[^}]*)?\}/g, "`$1`") ?? "";
      options.push({ name, module, file: source, type: typeText(type?.typeParams?.[0]), access, doc: text });
    }
  }
  return options.sort((a, b) => a.module < b.module ? -1 : a.module > b.module ? 1 : a.name < b.name ? -1 : 1);
}

/** A type as TypeScript writes it; that of an object without a name is `Record`. */
function typeText(type: Type | undefined): string {
  const text = (part: unknown): string => typeText(part as Type);
  const parts = (type?.value ?? []) as Type[];
  switch (type?.kind) {
    case "union":
      return parts.map(text).join(" | ");
    case "array":
      return `${text(type.value)}[]`;
    case "tuple":
      return `[${parts.map(text).join(", ")}]`;
    case "typeOperator": // readonly
      return text((type.value as { tsType: Type }).tsType);
    default:
      return type?.repr || "Record";
  }
}

/** The same as a Markdown table. */
export function optionTable(options: readonly OptionDoc[]): string {
  return [
    "| option | value | access | meaning |",
    "| --- | --- | --- | --- |",
    ...options.map(({ name, type, access, doc }) => {
      return `| \`${name}\` | ${type === "Record" ? "an object" : `\`${type.replaceAll("|", "\\|")}\``} | ${access} | ${
        doc.replaceAll("|", "\\|")
      } |`;
    }),
  ].join("\n");
}
