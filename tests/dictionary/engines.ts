/** Real engines, each started by the test on this machine. */
import { freePort, type Program, spawn } from "../runner/mod.ts";

/** A server that can be killed and started again, at the same place with the same data. */
export interface Engine {
  /** Where its clients connect. */
  readonly port: number;
  /** Starts it, and waits until it serves. */
  start(): Promise<void>;
  /** Kills it, and waits until it has ended. */
  kill(): Promise<void>;
}

/** A redis-server that syncs each write; `folder` keeps its data. */
export function redis(folder: string, ...more: string[]): Engine {
  const port = freePort();
  const args = [
    "--port",
    `${port}`,
    "--bind",
    "127.0.0.1",
    "--dir",
    folder,
    "--save",
    "",
    "--appendonly",
    "yes",
    "--appendfsync",
    "always",
    ...more,
  ];
  return engine(port, () => spawn("redis-server", args), (line) => line.includes("Ready to accept connections"));
}

/** Three redis-servers that share the slots; `folders` keep their data. */
export async function redisCluster(folders: string[]): Promise<Engine[]> {
  const nodes = folders.map((folder) => {
    const bus = ["--cluster-port", `${freePort()}`];
    return redis(folder, "--cluster-enabled", "yes", "--cluster-require-full-coverage", "no", ...bus);
  });
  await Promise.all(nodes.map((node) => node.start()));
  const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const { code, stdout } = await spawn("redis-cli", ["--cluster", "create", ...addresses, "--cluster-yes"]).exit;
  if (code !== 0) throw new Error(`Cannot make a cluster: ${stdout}`);
  return nodes;
}

/** Three members of etcd; `folders` keep their data. */
export async function etcdCluster(folders: string[]): Promise<Engine[]> {
  const members = folders.map((folder, i) => ({ folder, name: `member${i}`, port: freePort(), peer: freePort() }));
  const all = members.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(",");
  const engines = members.map(({ folder, name, port, peer }) => {
    const [client, other] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peer}`];
    const args = Object.entries({
      "name": name,
      "data-dir": folder,
      "listen-client-urls": client,
      "advertise-client-urls": client,
      "listen-peer-urls": other,
      "initial-advertise-peer-urls": other,
      "initial-cluster": all,
      "logger": "zap",
      "log-outputs": "stdout",
    }).flatMap(([option, value]) => [`--${option}`, value]);
    return engine(port, () => spawn("etcd", args), (line) => line.includes("serving client traffic insecurely"));
  });
  await Promise.all(engines.map((each) => each.start()));
  return engines;
}

function engine(port: number, run: () => Program, isReady: (line: string) => boolean): Engine {
  let program: Program | undefined;
  return {
    port,
    async start() {
      program = run();
      for (let line = await program.line(); line === undefined || !isReady(line); line = await program.line()) {
        if (line === undefined) throw new Error(`The engine did not start: ${(await program.exit).stderr}`);
      }
    },
    async kill() {
      program?.kill("SIGKILL");
      await program?.exit;
    },
  };
}
