import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { UnixConn } from "../../unix/mod.ts";
import { isRoot, type Program, spawn } from "../runner/mod.ts";

/** Milliseconds in which a server must start. */
const PATIENCE = 20_000;

/** Starts redis-server in a folder, on the socket `redis` there. */
export async function startRedis(dir: string): Promise<Program> {
  const options = ["--port", "0", "--unixsocket", `${dir}/redis`, "--save", "", "--dir", dir];
  return await begun(spawn("redis-server", options), `${dir}/redis`);
}

/** Starts dbus-daemon in a folder, on the socket `bus` there. */
export async function startDbus(dir: string): Promise<Program> {
  writeFileSync(
    `${dir}/dbus.conf`,
    `<busconfig>
      <listen>unix:path=${dir}/bus</listen>
      <auth>EXTERNAL</auth>
      <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
    </busconfig>`,
  );
  return await begun(spawn("dbus-daemon", ["--nofork", `--config-file=${dir}/dbus.conf`]), `${dir}/bus`);
}

/** Makes a cluster of PostgreSQL in a folder: of the user `postgres`, as it runs as anybody but root. */
export async function initPostgres(dir: string): Promise<void> {
  chmodSync(dir, 0o777);
  const options = ["-D", `${dir}/data`, "-U", "postgres", "--auth=trust", "--no-sync", "--locale=C", "-E", "UTF8"];
  await using program = spawnPostgres("initdb", options);
  const { code, stderr } = await program.exit;
  if (code !== 0) throw new Error(stderr);
}

/** Starts PostgreSQL on the socket `.s.PGSQL.5432` in a folder. */
export async function startPostgres(dir: string): Promise<Program> {
  const options = ["-D", `${dir}/data`, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off"];
  const server = await begun(spawnPostgres("postgres", options), `${dir}/.s.PGSQL.5432`);
  for (const end = performance.now() + PATIENCE; performance.now() < end;) {
    await using ready = spawnPostgres("pg_isready", ["-h", dir]); // it listens before it is ready
    if ((await ready.exit).code === 0) return server;
  }
  await server[Symbol.asyncDispose]();
  throw new Error("PostgreSQL did not become ready");
}

function spawnPostgres(program: string, args: string[]): Program {
  const root = "/usr/lib/postgresql";
  const folder = existsSync(root) ? `${root}/${readdirSync(root).sort().at(-1)}/bin/` : "";
  const command = [`${folder}${program}`, ...args];
  const [name = "", ...rest] = isRoot()
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", ...command]
    : command;
  return spawn(name, rest);
}

async function begun(program: Program, path: string): Promise<Program> {
  let exit: { stderr: string } | undefined;
  program.exit.then((end) => exit = end, () => {});
  for (const end = performance.now() + PATIENCE; performance.now() < end && exit === undefined;) {
    try {
      (await UnixConn.connect({ path })).close();
      return program;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50)); // it does not listen yet
    }
  }
  await program[Symbol.asyncDispose]();
  throw new Error(`The server did not begin: ${exit?.stderr ?? "it does not listen"}`);
}
