/**
 * Builds the site and looks at each of its pages in headless Chromium, wide and light, narrow and dark: no error in the
 * console, nothing from another host, no sideways scrolling, nothing that axe-core complains about; the search finds
 * the words that a newcomer types.
 *
 * @module
 */
import { whyNotWith } from "../../tests/runner/tools.ts";
import { Chromium } from "../chromium.ts";
import { root } from "../npm_package.ts";
import { buildSite, site } from "./build.ts";
import { serveFolder } from "./serve_folder.ts";

const SEARCHES = ["SO_REUSEPORT", "inet_aton", "Protocol not supported"];
/** One page of each kind from the reference. */
const REFERENCE = ["index.html", "all_symbols.html", "inet/index.html", "inet/~/TcpConn.html", "inet/~/parseIpv4.html"];
/** The pages of the examples' sources differ in nothing but the source. */
const EXAMPLE = "docs/examples/tcp_echo.html";
/**
 * All rules in light mode, only the colour rules in dark mode. The search button of VitePress's theme shows its key,
 * too.
 */
const RULES = {
  light: `rules: { "label-content-name-mismatch": { enabled: false } }`,
  dark: `runOnly: ["color-contrast"]`,
};

if (Deno.args.some((arg) => arg !== "--no-build")) {
  console.log("Usage: deno task test:site [--no-build]\n\n--no-build takes the site as it was built before.");
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
const missing = whyNotWith(["chromium"]);
if (missing !== undefined) {
  console.log(`the site in Chromium [skipped: ${missing}]`);
  Deno.exit(0);
}
if (!Deno.args.includes("--no-build")) await buildSite();
const faults: string[] = [];
let current = "";
const pages = (await pagesOf(site)).filter((page) => !page.startsWith("docs/examples/") || page === EXAMPLE);
await lookAtAll();
for (const fault of faults) console.error(fault);
console.log(`${pages.length} pages in Chromium: ${faults.length} faults`);
Deno.exit(faults.length > 0 ? 1 : 0);

function complain(what: string): void {
  faults.push(`${current}: ${what}`);
}

async function lookAtAll(): Promise<void> {
  const axe = await Deno.readTextFile(`${root}node_modules/axe-core/axe.min.js`);
  await using server = serveFolder(site);
  await using chromium = await Chromium.launch();
  await listen(chromium, server.url);
  for (const page of pages) {
    current = `${page} at 1440 px, light`;
    await setScreen(chromium, 1440, "light");
    await chromium.open(server.url + page);
    await chromium.evaluate("document.fonts.ready.then(() => {})");
    await chromium.evaluate(axe);
    await judge(chromium, 1440, "light");
    current = `${page} at 375 px, dark`;
    await setScreen(chromium, 375, "dark");
    await judge(chromium, 375, "dark");
  }
  await setScreen(chromium, 1440, "light");
  for (const page of REFERENCE) {
    current = `reference/${page}`;
    await chromium.open(`${server.url}reference/${page}`);
    const away = await chromium.evaluate<string | null>(`document.querySelector("[href^='file:']")?.href ?? null`);
    if (away !== null) complain(`leads to ${away}`);
  }
  for (const words of SEARCHES) {
    current = `the search for ${words}`;
    const found = await search(chromium, server.url, words);
    if (!found.includes(words)) complain(`the first result is ${JSON.stringify(found.slice(0, 100))}`);
  }
}

/** Reports errors, and requests to other hosts. */
async function listen(chromium: Chromium, url: string): Promise<void> {
  chromium.on("Runtime.exceptionThrown", ({ exceptionDetails }) => complain(JSON.stringify(exceptionDetails)));
  chromium.on("Runtime.consoleAPICalled", ({ type, args }) => {
    if (type === "error" || type === "warning") complain(`${type} in the console: ${JSON.stringify(args)}`);
  });
  chromium.on("Log.entryAdded", ({ entry }) => complain(JSON.stringify(entry)));
  chromium.on("Network.requestWillBeSent", ({ request }) => {
    const { url: asked } = request as { url: string };
    if (!asked.startsWith(url) && !asked.startsWith("data:")) complain(`asks another host for ${asked}`);
  });
  for (const domain of ["Runtime", "Log", "Network"]) await chromium.call(`${domain}.enable`);
}

/** After two frames: does the page scroll sideways, and what does axe-core find? */
async function judge(chromium: Chromium, width: number, scheme: keyof typeof RULES): Promise<void> {
  await chromium.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn())))");
  const isDark = await chromium.evaluate<boolean>("document.documentElement.classList.contains('dark')");
  if (isDark !== (scheme === "dark")) complain(`it is ${isDark ? "dark" : "light"}`);
  const wide = await chromium.evaluate<number>("document.documentElement.scrollWidth");
  if (wide > width) complain(`scrolls sideways: it is ${wide} px wide`);
  const found = await chromium.evaluate<string[]>(`
    axe.run({ resultTypes: ["violations"], ${RULES[scheme]} }).then(({ violations }) =>
      violations.map(({ id, help, nodes }) =>
        "axe-core: " + id + ": " + help + ": " + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(" ")))`);
  found.forEach(complain);
}

async function setScreen(chromium: Chromium, width: number, scheme: "light" | "dark"): Promise<void> {
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
async function search(chromium: Chromium, url: string, words: string): Promise<string> {
  await chromium.open(url);
  // Until the page's script has run, its button does nothing.
  await until(
    `document.querySelector("#localsearch-input") ?? document.querySelector("#local-search button")?.click()`,
  );
  await chromium.evaluate(`document.querySelector("#localsearch-input").focus()`);
  await chromium.call("Input.insertText", { text: words });
  await until(`document.querySelector("#localsearch-list a")`);
  await chromium.open(await chromium.evaluate(`document.querySelector("#localsearch-list a").href.split("#")[0]`));
  return await chromium.evaluate("document.querySelector('main').innerText");

  async function until(condition: string): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (await chromium.evaluate(`Boolean(${condition})`)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`${current}: it takes longer than 10 s until ${condition}`);
  }
}

async function pagesOf(folder: string, under = ""): Promise<string[]> {
  const pages: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${under}`)) {
    if (isDirectory && under + name !== "reference") pages.push(...await pagesOf(folder, `${under}${name}/`));
    if (name.endsWith(".html") && name !== "404.html") pages.push(under + name);
  }
  return pages.sort();
}
