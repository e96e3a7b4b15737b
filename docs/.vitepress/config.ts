import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const root = fileURLToPath(new URL("../..", import.meta.url));
const repository = "https://github.com/berkeley/sockets/blob/main/";

/** The groups of the guide, and their pages, as docs/README.md lists them. */
const sidebar = readFileSync(`${root}docs/README.md`, "utf8").split(/^## /m).slice(1).map((group) => ({
  text: group.slice(0, group.indexOf("\n")),
  items: [...group.matchAll(/^- \[(.+?)\]\((.+?)\.md\)/gm)].map(([, text = "", page = ""]) => ({
    text,
    link: join("/docs", page.replace(/README$/, "index")),
  })),
}));

/** Where a link of a Markdown file leads on the site: pages and examples are there, other sources in the repository. */
function rewriteLink(href: string, page: string): string {
  if (/^(\w+:|#|\/)/.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const target = normalize(join(dirname(page), path));
  if (!path.endsWith(".md")) {
    if (existsSync(`${root}${target}/README.md`)) return path.replace(/\/?$/, "/");
    if (/^examples\/.*\.ts$/.test(target)) return `/docs/${target.replace(/\.ts$/, "")}`;
    return /\.svg$/.test(path) ? href : repository + target;
  }
  return path.replace(/README\.md$/, "index.md") + (anchor === undefined ? "" : `#${anchor}`);
}

export default defineConfig({
  title: "@berkeley/sockets",
  srcDir: root,
  srcExclude: ["{node_modules,npm,tests,coverage}/**"],
  outDir: `${root}.cache/site`,
  cacheDir: `${root}.cache/vitepress`,
  rewrites: (page) => page.replace(/README\.md$/, "index.md"),
  head: [["link", { rel: "icon", href: "data:," }]],
  themeConfig: {
    search: { provider: "local" },
    nav: [{ text: "Guide", link: "/docs/" }, { text: "Reference", link: "/reference/index.html", target: "_self" }],
    sidebar,
    outline: [2, 3],
  },
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (markdown) => {
      markdown.core.ruler.push("links", ({ tokens, env }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          if (token.type === "link_open") {
            token.attrSet("href", rewriteLink(token.attrGet("href") ?? "", env.relativePath));
          }
        }
      });
    },
  },
});
