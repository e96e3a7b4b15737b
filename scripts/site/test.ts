/**
 * Builds the site and looks at each of its pages in headless Chromium, narrow and wide, light and dark: no error in the
 * console, nothing from another host, no sideways scrolling, contrast and landmarks as axe-core wants them; the search
 * finds what a newcomer types.
 *
 * @module
 */
import { whyNotWith } from "../../tests/runner/tools.ts";
import { Chromium } from "../chromium.ts";
import { root } from "../npm_package.ts";
import { buildSite, site } from "./build.ts";
import { serveFolder } from "./serve_folder.ts";

/** Pixels. */
const WIDTHS = [375, 1440];
const SEARCHES = ["SO_REUSEPORT", "inet_aton", "Protocol not supported"];

/** What axe-core finds, as lines. */
const AXE = `axe.run({ resultTypes: ["violations"], rules: {
  "label-content-name-mismatch": { enabled: false }, // the search button of VitePress's theme shows its key, too
} }).then(({ violations }) => violations.map(({ id, help, nodes }) =>
  "axe-core: " + id + ": " + help + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(" ")))`;

const missing = whyNotWith(["chromium"]);
if (missing !== undefined) {
  console.log(`the site in Chromium [skipped: ${missing}]`);
  Deno.exit(0);
}
if (!Deno.args.includes("--no-build")) await buildSite();
const axe = await Deno.readTextFile(`${root}node_modules/axe-core/axe.min.js`);
const faults: string[] = [];
await using server = serveFolder(site);
await using chromium = await Chromium.launch();
let current = "";
const complain = (what: string) => void faults.push(`${current}: ${what}`);
chromium.on("Runtime.exceptionThrown", ({ exceptionDetails }) => complain(JSON.stringify(exceptionDetails)));
chromium.on("Runtime.consoleAPICalled", ({ type, args }) => {
  if (type === "error" || type === "warning") complain(`${type} in the console: ${JSON.stringify(args)}`);
});
chromium.on("Log.entryAdded", ({ entry }) => complain(JSON.stringify(entry)));
chromium.on("Network.requestWillBeSent", ({ request }) => {
  const { url } = request as { url: string };
  if (!url.startsWith(server.url) && !url.startsWith("data:")) complain(`asks another host for ${url}`);
});
for (const domain of ["Runtime", "Log", "Network"]) await chromium.call(`${domain}.enable`);

const pages = await pagesOf(site);
for (const page of pages) {
  for (const [i, width] of WIDTHS.entries()) {
    const scheme = i === 0 ? "dark" : "light";
    current = `${page} at ${width} px, ${scheme}`;
    await look(width, scheme);
    await chromium.open(server.url + page);
    await chromium.evaluate(`document.fonts.ready.then(() => new Promise((done) => setTimeout(done, 100)))`);
    const wide = await chromium.evaluate<number>("document.documentElement.scrollWidth");
    if (wide > width) complain(`scrolls sideways: it is ${wide} px wide`);
    await chromium.evaluate(axe);
    for (const violation of await chromium.evaluate<string[]>(AXE)) complain(violation);
  }
}
for (const page of ["index.html", "all_symbols.html", "inet/index.html", "socket/index.html", "inet/~/TcpConn.html"]) {
  current = `reference/${page}`;
  await look(1440, "light");
  await chromium.open(`${server.url}reference/${page}`);
}
for (const words of SEARCHES) {
  current = `the search for ${words}`;
  const found = await search(words);
  if (!found.includes(words)) complain(`the first result is ${JSON.stringify(found.slice(0, 100))}`);
}
for (const fault of faults) console.error(fault);
console.log(`${pages.length} pages in Chromium: ${faults.length} faults`);
Deno.exit(faults.length > 0 ? 1 : 0);

async function pagesOf(folder: string, under = ""): Promise<string[]> {
  const pages: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${under}`)) {
    if (isDirectory && name !== "reference") pages.push(...await pagesOf(folder, `${under}${name}/`));
    if (name.endsWith(".html") && name !== "404.html") pages.push(under + name);
  }
  return pages.sort();
}

async function look(width: number, scheme: "light" | "dark"): Promise<void> {
  const features = [{ name: "prefers-color-scheme", value: scheme }];
  await chromium.call("Emulation.setEmulatedMedia", { features });
  await chromium.call("Emulation.setDeviceMetricsOverride", {
    width,
    height: 900,
    deviceScaleFactor: 1,
    mobile: false,
  });
}

/** The text of the page that the first result leads to. */
async function search(words: string): Promise<string> {
  await chromium.open(server.url);
  await until(
    `document.querySelector("#localsearch-input") ?? document.querySelector("#local-search button")?.click()`,
  );
  await chromium.evaluate(`document.querySelector("#localsearch-input").focus()`);
  await chromium.call("Input.insertText", { text: words });
  await until(`document.querySelector("#localsearch-list a")`);
  await chromium.open(await chromium.evaluate(`document.querySelector("#localsearch-list a").href.split("#")[0]`));
  return await chromium.evaluate("document.querySelector('main').innerText");
}

async function until(condition: string): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await chromium.evaluate(`Boolean(${condition})`)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${current}: it takes longer than 10 s until ${condition}`);
}
