/** What a part of a picture represents, which determines its colours. */
export type Kind = "plain" | "blue" | "green" | "amber" | "card";

/** Where a text is anchored. */
export type Anchor = "start" | "middle" | "end";

/** Colours in light and in dark: the card, its border, text, small text, lines, and the fill and edge of each kind. */
const COLOURS = {
  light:
    "--card:#fcfdff;--rim:#d5dde6;--ink:#17212b;--soft:#4c5b69;--line:#7d8b99;--plain:#eef1f5;--plain-edge:#c3ccd6;" +
    "--blue:#e2effc;--blue-edge:#3b82c4;--green:#ddf3e9;--green-edge:#2b8a64;--amber:#fdf0d7;--amber-edge:#b7791f;--bar:#b4bec9",
  dark:
    "--card:#141a21;--rim:#303b46;--ink:#e9eef3;--soft:#a9b6c2;--line:#7f8e9c;--plain:#222b34;--plain-edge:#47535f;" +
    "--blue:#17324d;--blue-edge:#5aa5e8;--green:#143a2e;--green-edge:#4cc38f;--amber:#40311a;--amber-edge:#e0a84a;--bar:#55626f",
};
const STYLE = `
:root{${COLOURS.light}}
@media (prefers-color-scheme:dark){:root{${COLOURS.dark}}}
text{font:14px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--ink)}
.soft{fill:var(--soft)} .small{font-size:12px} .bold{font-weight:600} .big{font-size:16px}
.code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px}
.card{fill:var(--card);stroke:var(--rim)} .plain{fill:var(--plain);stroke:var(--plain-edge)}
.blue{fill:var(--blue);stroke:var(--blue-edge)} .green{fill:var(--green);stroke:var(--green-edge)}
.amber{fill:var(--amber);stroke:var(--amber-edge)}
.line{fill:none;stroke:var(--line);stroke-width:1.5} .head{fill:var(--line)}
.line.blue{stroke:var(--blue-edge)} .line.green{stroke:var(--green-edge)} .line.amber{stroke:var(--amber-edge)}
.head.blue{fill:var(--blue-edge);stroke:none} .head.green{fill:var(--green-edge);stroke:none}
.head.amber{fill:var(--amber-edge);stroke:none} .head{stroke:none}
.dashed{stroke-dasharray:5 4}
.bar{fill:var(--bar)} .ours{fill:var(--blue-edge)} .good{fill:var(--green-edge)} .bad{fill:var(--amber-edge)}`;

/** A picture as SVG, legible on light and dark pages: it has its own background. */
export class Picture {
  readonly #parts: string[] = [];
  readonly #width: number;
  #height: number;

  /** @param width In pixels, as are all numbers. */
  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
  }

  /** A rounded box. */
  box(x: number, y: number, width: number, height: number, kind: Kind = "plain", radius = 8): void {
    this.#parts.push(`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`);
  }

  /** A line of text; `style` has the classes `soft`, `small`, `bold`, `big` and `code`. */
  text(x: number, y: number, content: string, style = "", anchor: Anchor = "start"): void {
    const classes = style === "" ? "" : ` class="${style}"`;
    const place = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
    this.#parts.push(`<text x="${x}" y="${y}"${classes}${place}>${escape(content)}</text>`);
  }

  /** A box with centred lines of text; the first is bold. */
  label(
    x: number,
    y: number,
    width: number,
    height: number,
    kind: Kind,
    lines: readonly string[],
    first = "bold",
  ): void {
    this.box(x, y, width, height, kind);
    const top = y + height / 2 - (lines.length - 1) * 9 + 5;
    lines.forEach((line, i) => this.text(x + width / 2, top + i * 18, line, i === 0 ? first : "soft small", "middle"));
  }

  /** An arrow along points, its head at the last; `style` is a kind, and `dashed`. */
  arrow(points: readonly (readonly [number, number])[], style = ""): void {
    const [[toX, toY] = [0, 0], [fromX, fromY] = [0, 0]] = points.toReversed();
    const angle = Math.atan2(toY - fromY, toX - fromX);
    const place = (along: number, aside: number) =>
      `${round(toX - along * Math.cos(angle) - aside * Math.sin(angle))},${
        round(toY - along * Math.sin(angle) + aside * Math.cos(angle))
      }`;
    const line = [...points.slice(0, -1), [toX - 6 * Math.cos(angle), toY - 6 * Math.sin(angle)] as const];
    this.#parts.push(
      `<polyline class="line ${style}" points="${line.map(([x, y]) => `${round(x)},${round(y)}`).join(" ")}"/>`,
      `<polygon class="head ${style.replace("dashed", "").trim()}" points="${place(0, 0)} ${place(9, 5)} ${
        place(9, -5)
      }"/>`,
    );
  }

  /** A raw SVG element. */
  raw(svg: string): void {
    this.#parts.push(svg);
  }

  /** Sets the picture's height to that of its contents. */
  set height(height: number) {
    this.#height = height;
  }

  /**
   * The complete SVG text.
   *
   * @param title What it shows.
   * @param description The same in words, for readers who do not see it.
   */
  toString(title: string, description: string): string {
    const [width, height] = [this.#width, this.#height];
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      `role="img" aria-labelledby="title description">\n` +
      `<title id="title">${escape(title)}</title>\n<desc id="description">${escape(description)}</desc>\n` +
      `<style>${STYLE}</style>\n` +
      `<rect class="card" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="12"/>\n` +
      `${this.#parts.join("\n")}\n</svg>\n`;
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
