import pg from "pg";
import postgres from "postgres";
import { NodeStream } from "../../node/mod.ts";
import { UnixConn } from "../../unix/mod.ts";
import { assertEquals, assertRejects, type Need, tempDir, test } from "../runner/mod.ts";
import { initPostgres, startPostgres } from "./servers.ts";

const needs: Need[] = ["net", "read", "write", "run", "env", "sys", "postgres"];

test("pg and postgres send 1,000 queries over our connections, and recover when the server restarts", {
  needs,
  timeout: 120_000,
}, async () => {
  using dir = tempDir();
  await initPostgres(dir.path);
  const first = await startPostgres(dir.path);
  const stream = (): NodeStream => new NodeStream(UnixConn.connect({ path: `${dir.path}/.s.PGSQL.5432` }));

  const pool = new pg.Pool({ user: "postgres", database: "postgres", password: "", max: 4, stream });
  pool.on("error", () => {}); // an idle connection ends with the server
  const numbers = Array.from({ length: 1000 }, (_, i) => i);
  const doubled = await Promise.all(numbers.map(async (i) => {
    return (await pool.query("select $1::int * 2 as n", [i])).rows[0].n as number;
  }));
  assertEquals(doubled, numbers.map((i) => i * 2));

  const sql = postgres(
    { user: "postgres", database: "postgres", max: 2, socket: stream, onnotice: () => {} } as object,
  );
  const next = await Promise.all(numbers.map(async (i) => (await sql`select ${i}::int + 1 as n`)[0]?.["n"]));
  assertEquals(next, numbers.map((i) => i + 1));

  await first[Symbol.asyncDispose]();
  await assertRejects(() => pool.query("select 1"));
  await using _second = await startPostgres(dir.path);
  assertEquals((await pool.query("select 3 as n")).rows[0].n, 3);
  assertEquals((await sql`select 4 as n`)[0]?.["n"], 4);
  await pool.end();
  await sql.end();
});
