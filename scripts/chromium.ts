import { kill } from "./runtimes/run.ts";

/** Milliseconds in which Chromium must start, and answer a command. */
const PATIENCE = 60_000;

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { message: string };
}

/** One page of a headless Chromium, driven by the DevTools protocol. */
export class Chromium implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #profile: string;
  readonly #connection: WebSocket;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #listeners = new Map<string, (params: Record<string, unknown>) => void>();
  #last = 0;

  private constructor(child: Deno.ChildProcess, profile: string, connection: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#connection = connection;
    connection.onmessage = ({ data }) => this.#take(JSON.parse(data));
    connection.onclose = () => {
      for (const { reject } of this.#calls.values()) reject(new Error("Chromium has ended"));
    };
  }

  /** Starts Chromium with an empty page, and a profile that is removed at the end. */
  static async launch(): Promise<Chromium> {
    const profile = await Deno.makeTempDir();
    const child = new Deno.Command("chromium", {
      args: [
        ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"],
        ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
        ...["--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"],
      ],
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    try {
      const port = await portOf(profile);
      const targets: { type: string; webSocketDebuggerUrl: string }[] =
        await (await fetch(`http://127.0.0.1:${port}/json`))
          .json();
      const url = targets.find(({ type }) => type === "page")?.webSocketDebuggerUrl;
      if (url === undefined) throw new Error("Chromium has no page");
      const connection = new WebSocket(url);
      await new Promise((resolve, reject) => {
        connection.onopen = resolve;
        connection.onerror = reject;
      });
      return new Chromium(child, profile, connection);
    } catch (error) {
      await end(child, profile);
      throw error;
    }
  }

  /** Calls a method of the protocol. */
  async call<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    const id = ++this.#last;
    const answer = Promise.withResolvers<unknown>();
    this.#calls.set(id, answer);
    this.#connection.send(JSON.stringify({ id, method, params }));
    const timer = setTimeout(
      () => answer.reject(new Error(`Chromium does not answer ${method} within ${PATIENCE / 1000} s`)),
      PATIENCE,
    );
    try {
      return await answer.promise as T;
    } finally {
      clearTimeout(timer);
      this.#calls.delete(id);
    }
  }

  /** Listens for an event of the protocol. */
  on(event: string, listener: (params: Record<string, unknown>) => void): void {
    this.#listeners.set(event, listener);
  }

  /** Opens a page, and waits until it has loaded. */
  async open(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => this.on("Page.loadEventFired", () => resolve()));
    await this.call("Page.enable");
    await this.call("Page.navigate", { url });
    await loaded;
  }

  /** The value of an expression in the page, once its promise is fulfilled. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.call<{
      result: { value: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    }>("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.close();
    await end(this.#child, this.#profile);
  }

  #take({ id, method, params = {}, result, error }: Message): void {
    if (id === undefined) return this.#listeners.get(method ?? "")?.(params);
    if (error === undefined) this.#calls.get(id)?.resolve(result);
    else this.#calls.get(id)?.reject(new Error(error.message));
  }
}

/** The port that Chromium chose; it writes it into its profile. */
async function portOf(profile: string): Promise<string> {
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`Chromium does not start within ${PATIENCE / 1000} s`);
}

async function end(child: Deno.ChildProcess, profile: string): Promise<void> {
  kill(-child.pid, "SIGKILL");
  await child.status;
  await Deno.remove(profile, { recursive: true });
}
