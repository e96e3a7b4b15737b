/**
 * Writes docs/deno_shape.md: `Deno.Conn` and its siblings, member by member, against the classes here. What fits is what
 * TypeScript says of the types that `deno types` prints, so that the table cannot be wrong by hand. `--check` only
 * checks that the file is up to date.
 *
 * @module
 */
import ts from "typescript";
import { writeOrCheck } from "../fill_marks.ts";
import { PAIRS, REASONS } from "./deno_shape.ts";

const root = new URL("../../", import.meta.url).pathname;
const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["types"] }).output();
const TYPES = `${root}deno_types.d.ts`;
const SHAPES = `${root}deno_shapes.ts`;
const files: Record<string, string> = { [TYPES]: new TextDecoder().decode(stdout), [SHAPES]: shapesFile() };
const used = new Set<string>();
const { checker, ours, theirs } = compile();

const text = `# The shape of Deno's sockets

A connection here has the shape of \`Deno.Conn\`, a listener that of \`Deno.Listener\`: code that is written for Deno's takes
these. The tables go through Deno's members one by one. _Same_ means that either type can stand for the other, _more_ that
the member here fits and takes or gives more, _different_ that it does not fit, and then why. TypeScript says so of the types
that Deno ${Deno.version.deno} prints.

Beside Deno's members, a class here has \`socket\` (options, ancillary data, the raw layer) and \`detach()\`; every operation that
waits takes \`{ signal, timeout, progress }\`.

## Which class fits

${fits()}

Why they do not:

${
  Object.entries(REASONS).map(([key, why]) =>
    `- \`${key.slice(key.indexOf(".") + 1)}\` of ${key.split(".")[0]}: ${why}`
  ).join("\n")
}

${PAIRS.filter(({ detail }) => detail).map(detail).join("\n\n")}

These tables are written by \`scripts/docs/write_deno_shape.ts\`.
`;
const stale = Object.keys(REASONS).filter((key) => !used.has(key));
if (stale.length > 0) {
  console.error(`scripts/docs/deno_shape.ts has reasons for what fits now: ${stale.join(", ")}`);
  Deno.exit(1);
}
writeOrCheck("docs/deno_shape.md", text);

/** One interface with a member for each of our classes, and one for the types that they are compared with. */
function shapesFile(): string {
  const imports = PAIRS.map(({ ours, module }) => `import type { ${ours} } from "./${module}/mod.ts";`);
  const members = (type: (pair: typeof PAIRS[number]) => string) =>
    PAIRS.map((pair) => `${pair.ours}: ${type(pair)};`).join(" ");
  return `${imports.join("\n")}
export interface Ours { ${members(({ ours }) => ours)} }
export interface Theirs { ${members(({ theirs }) => theirs)} }`;
}

function compile() {
  const options: ts.CompilerOptions = {
    allowImportingTsExtensions: true,
    exactOptionalPropertyTypes: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    strict: true,
    target: ts.ScriptTarget.ESNext,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => name in files || fileExists(name);
  host.readFile = (name) => files[name] ?? readFile(name);
  const program = ts.createProgram([TYPES, SHAPES], options, host);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(SHAPES);
  const [ours, theirs] = source?.statements.filter(ts.isInterfaceDeclaration) ?? [];
  if (source === undefined || ours === undefined || theirs === undefined) {
    throw new Error("the shapes were not compiled");
  }
  const faults = program.getSemanticDiagnostics(source);
  if (faults.length > 0) throw new Error(ts.formatDiagnostics(faults, host as ts.FormatDiagnosticsHost));
  return { checker, ours, theirs };
}

/** The type of one of the classes, or of what it is compared with. */
function typeIn(shapes: ts.InterfaceDeclaration, name: string): ts.Type {
  const member = shapes.members.find((member) => member.name?.getText() === name);
  if (member === undefined) throw new Error(`there is no ${name}`);
  return checker.getTypeAtLocation(member);
}

interface Member {
  name: string;
  verdict: "same" | "more" | "different";
  theirs: string;
  ours: string;
}

function members(pair: typeof PAIRS[number]): Member[] {
  const [our, their] = [typeIn(ours, pair.ours), typeIn(theirs, pair.ours)];
  const named = new Map(checker.getPropertiesOfType(our).map((property) => [nameOf(property), property]));
  return checker.getPropertiesOfType(their).map((property) => {
    const theirType = checker.getTypeOfSymbol(property);
    const found = named.get(nameOf(property));
    const ourType = found && checker.getTypeOfSymbol(found);
    return {
      name: nameOf(property),
      verdict: ourType === undefined ? "different" : verdictOn(ourType, theirType),
      theirs: textOf(theirType),
      ours: ourType === undefined ? "" : textOf(ourType),
    };
  });
}

function verdictOn(our: ts.Type, their: ts.Type): Member["verdict"] {
  if (!checker.isTypeAssignableTo(our, their)) return "different";
  const [more, less] = [our, their].map((type) => type.getCallSignatures()[0]?.parameters.length ?? 0);
  return checker.isTypeAssignableTo(their, our) && more === less ? "same" : "more";
}

function nameOf(symbol: ts.Symbol): string {
  return symbol.name.startsWith("__@") ? `[Symbol.${symbol.name.slice(3).replace(/@\d+$/, "")}]` : symbol.name;
}

function textOf(type: ts.Type): string {
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.WriteArrowStyleSignature;
  return checker.typeToString(type, undefined, flags);
}

function reason(pair: typeof PAIRS[number], member: string): string {
  for (const key of [`${pair.ours}.${member}`, `${pair.kind}.${member}`]) {
    if (REASONS[key] === undefined) continue;
    used.add(key);
    return REASONS[key];
  }
  throw new Error(`scripts/docs/deno_shape.ts lacks a reason for ${pair.ours}.${member}`);
}

function fits(): string {
  const rows = PAIRS.map((pair) => {
    const different = members(pair).filter(({ verdict }) => verdict === "different");
    const fits = checker.isTypeAssignableTo(typeIn(ours, pair.ours), typeIn(theirs, pair.ours));
    if (fits !== (different.length === 0)) throw new Error(`${pair.ours} fits by its members and not as a whole`);
    for (const { name } of different) reason(pair, name);
    const names = different.map(({ name }) => `\`${name}\``).join(", ");
    return `| \`${pair.ours}\` | \`${pair.theirs}\` | ${fits ? "fits" : `not ${names}`} |`;
  });
  return ["| here | Deno's | does it fit? |", "| --- | --- | --- |", ...rows].join("\n");
}

function detail(pair: typeof PAIRS[number]): string {
  const rows = members(pair).map(({ name, verdict, theirs, ours }) => {
    const note = verdict === "different" ? `different: ${reason(pair, name)}` : verdict;
    return `| \`${name}\` | ${code(theirs)} | ${verdict === "same" ? "" : code(ours)} | ${note} |`;
  });
  const head = ["| member | Deno's | here | compared |", "| --- | --- | --- | --- |"];
  return [`## ${pair.ours} and ${pair.theirs}\n`, ...head, ...rows].join("\n");
}

function code(type: string): string {
  return type === "" ? "" : `\`${type.replaceAll("|", "\\|")}\``;
}
