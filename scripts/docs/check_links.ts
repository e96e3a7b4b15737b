/**
 * Checks that each link of the documents leads somewhere: to a file of the repository, and where it has one, to a heading.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { root } from "../npm_package.ts";
import { DEVELOPER_PAGES, pages } from "./pages.ts";

const faults: string[] = [];
for (const page of [...pages(), ...DEVELOPER_PAGES]) {
  const text = Deno.readTextFileSync(root + page).replaceAll(/^```.*?^```/gms, "").replaceAll(/`[^`\n]*`/g, "");
  for (const [, link = ""] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(link)) continue;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : join(dirname(page), path);
    if (!exists(root + target)) faults.push(`${page}: there is no ${link}`);
    else if (anchor !== undefined && !anchorsOf(root + target).has(anchor)) {
      faults.push(`${page}: ${link} has no such heading`);
    }
  }
}
for (const fault of faults) console.error(fault);
Deno.exit(faults.length > 0 ? 1 : 0);

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The anchors of a page's headings, as GitHub and VitePress make them. */
function anchorsOf(path: string): Set<string> {
  const headings = Deno.readTextFileSync(path).replaceAll(/^```.*?^```/gms, "").matchAll(/^#+ (.+)$/gm);
  return new Set([...headings].map(([, heading = ""]) => {
    return heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
  }));
}
