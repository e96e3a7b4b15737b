import { closeFd } from "@berkeley/sockets/ffi";
import { SO_PASSCRED, type Socket } from "@berkeley/sockets/socket";
import {
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  type UnixListenOptions,
  UnixSeqpacketListener,
} from "@berkeley/sockets/unix";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { connect as nodeConnect, createServer } from "node:net";
import process from "node:process";
import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
  onDeno,
  spawn,
  spawnScript,
  tempDir,
  test,
  thisRuntime,
} from "../runner/mod.ts";

const denoTest = onDeno("it starts Deno");

const needs = ["read", "write", "env"] as const;

/** Every kind of socket that makes a file. */
const BINDERS: [name: string, bind: (options: UnixListenOptions) => Disposable & { detach(): number }][] = [
  ["UnixListener.listen()", (options) => UnixListener.listen(options)],
  ["UnixSeqpacketListener.listen()", (options) => UnixSeqpacketListener.listen(options)],
  ["UnixDatagramSocket.bind()", (options) => UnixDatagramSocket.bind(options)],
];

for (const [name, bind] of BINDERS) {
  test(`${name} refuses options without an address before it opens a socket`, () => {
    let opened = 0;
    for (const wrong of [{}, { pth: "/tmp/s" }, { unnamed: true }, { autobind: false }, { path: undefined }]) {
      const options = { ...wrong, configure: () => void opened++ } as unknown as UnixListenOptions;
      assertThrows(() => bind(options), TypeError, "path");
    }
    assertEquals(opened, 0);
  });

  test(`${name} with a relative path removes its file also after chdir()`, { needs: [...needs] }, () => {
    using dir = tempDir();
    const before = process.cwd();
    const folder = `${dir.path}/ü`;
    mkdirSync(`${folder}/elsewhere`, { recursive: true });
    process.chdir(folder);
    try {
      for (const [relative, file] of [["s", `${folder}/s`], ["elsewhere/../t", `${folder}/t`]] as const) {
        process.chdir(folder);
        using _socket = bind({ path: relative, mode: 0o600 });
        assert(lstatSync(file).isSocket());
        process.chdir(`${folder}/elsewhere`);
      }
      for (const file of ["s", "t"]) assert(!existsSync(`${folder}/${file}`), file);
    } finally {
      process.chdir(before);
    }
  });

  test(`${name} with a relative path removes its file also after the folder was renamed`, { needs: [...needs] }, () => {
    using dir = tempDir();
    const before = process.cwd();
    mkdirSync(`${dir.path}/old`);
    process.chdir(`${dir.path}/old`);
    try {
      using _socket = bind({ path: "s" });
      renameSync(`${dir.path}/old`, `${dir.path}/new`);
      assert(lstatSync(`${dir.path}/new/s`).isSocket());
    } finally {
      process.chdir(before);
    }
    assert(!existsSync(`${dir.path}/new/s`));
  });

  test(`${name} makes a file, and removes it at the end`, { needs: [...needs] }, () => {
    using dir = tempDir();
    const path = `${dir.path}/s`;
    {
      using _ = bind({ path });
      assert(lstatSync(path).isSocket());
    }
    assert(!existsSync(path));
  });

  test(`${name} refuses the address of a live socket, replaceStale or not`, { needs: [...needs] }, () => {
    using dir = tempDir();
    const path = `${dir.path}/s`;
    using _ = bind({ path });
    const inode = lstatSync(path).ino;
    for (const [, other] of BINDERS) {
      for (const replaceStale of [false, true]) {
        const error = assertThrows(() => other({ path, replaceStale }), Error, `Cannot bind to ${path}`);
        assertEquals((error as { code?: string }).code, "EADDRINUSE");
      }
    }
    assertEquals(lstatSync(path).ino, inode);
  });

  test(`${name} replaces a stale file only if it is told to`, { needs: [...needs] }, () => {
    using dir = tempDir();
    const path = `${dir.path}/s`;
    leaveStale(path);
    assertThrows(() => bind({ path }), Error, "EADDRINUSE");
    {
      using _ = bind({ path, replaceStale: true });
      assert(lstatSync(path).isSocket());
    }
    assert(!existsSync(path));
  });

  test(`${name} never replaces another kind of file`, { needs: [...needs] }, () => {
    using dir = tempDir();
    const [file, folder, link, dangling] = ["file", "folder", "link", "dangling"].map((kind) =>
      `${dir.path}/${kind}`
    ) as [
      string,
      string,
      string,
      string,
    ];
    writeFileSync(file, "precious");
    mkdirSync(folder);
    symlinkSync(file, link);
    symlinkSync(`${dir.path}/nowhere`, dangling);
    for (const path of [file, folder, link, dangling]) {
      const before = lstatSync(path);
      assertThrows(() => bind({ path, replaceStale: true }), Error, "EADDRINUSE");
      assertEquals(lstatSync(path).ino, before.ino);
    }
  });

  test(`${name} does not remove a file that is no longer its own`, { needs: [...needs] }, () => {
    using dir = tempDir();
    const path = `${dir.path}/s`;
    const first = bind({ path });
    renameSync(path, `${path}.old`);
    const second = bind({ path });
    first[Symbol.dispose]();
    assert(lstatSync(path).isSocket());
    second[Symbol.dispose]();
    assert(!existsSync(path));
    assert(existsSync(`${path}.old`));
  });

  test(`${name} keeps the file of a detached descriptor`, { needs: [...needs] }, () => {
    using dir = tempDir();
    const path = `${dir.path}/s`;
    const fd = bind({ path }).detach();
    assert(existsSync(path));
    closeFd(fd);
  });

  test(`${name} sets the mode of the file, whatever the umask`, { needs: [...needs, "sys"] }, () => {
    using dir = tempDir();
    const before = process.umask();
    try {
      for (const umask of [0o000, 0o022, 0o077, 0o777]) {
        process.umask(umask);
        for (const mode of [0o600, 0o666, 0o660, 0o777, 0o000]) {
          using _ = bind({ path: `${dir.path}/s`, mode });
          assertEquals(lstatSync(`${dir.path}/s`).mode & 0o777, mode, `umask ${umask}, mode ${mode}`);
        }
        using _ = bind({ path: `${dir.path}/s` });
        assertEquals(lstatSync(`${dir.path}/s`).mode & 0o777, 0o777 & ~umask);
      }
    } finally {
      process.umask(before);
    }
  });

  test(`${name} refuses an invalid mode`, () => {
    for (const mode of [-1, 0o1000, 0.5, NaN]) {
      assertThrows(() => bind({ path: "/nowhere/s", mode }), RangeError, "mode");
    }
  });
}

denoTest(
  "the file never has more permissions than its mode, as strace sees it",
  { needs: [...needs, "strace"] },
  async () => {
    using dir = tempDir();
    const script = `import { UnixListener } from "@berkeley/sockets/unix";
    UnixListener.listen({ path: "${dir.path}/s", mode: 0o600 }).close();`;
    writeFileSync(`${dir.path}/main.ts`, script);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    await using program = spawn("strace", [
      ...["-f", "-e", "trace=bind,fchmod,fchmodat,?fchmodat2,chmod,umask,unlink", "-o", `${dir.path}/trace`],
      ...[process.execPath, "run", "--no-check", "--allow-ffi", "--config", config, `${dir.path}/main.ts`],
    ]);
    assertEquals((await program.exit).code, 0, (await program.exit).stderr);
    const calls = readFileSync(`${dir.path}/trace`, "utf8").match(/(fchmod\w*|umask|bind|unlink)\((?!.*SIG)/g);
    assertEquals(calls, ["fchmod(", "bind(", "unlink("]);
  },
);

denoTest(
  "replaceStale by many programs at once leaves exactly one listener",
  { needs: [...needs, "run"] },
  async () => {
    using dir = tempDir();
    writeFileSync(
      `${dir.path}/main.ts`,
      `import { UnixListener } from "@berkeley/sockets/unix";
     const path = "${dir.path}/s";
     try {
       const listener = UnixListener.listen({ path, replaceStale: true });
       console.log("listening");
       for await (const conn of listener) conn.close();
     } catch (error) {
       console.log(error.code);
     }`,
    );
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const [program = "", ...start] = thisRuntime();
    leaveStale(`${dir.path}/s`);
    for (let round = 0; round < 3; round++) { // programs that are killed leave the file for the next round
      const programs = Array.from({ length: 6 }, () => {
        return spawn(program, [
          ...start,
          "run",
          "--no-check",
          "--allow-ffi",
          "--config",
          config,
          `${dir.path}/main.ts`,
        ]);
      });
      const said = await Promise.all(programs.map((program) => program.line()));
      assertEquals(said.toSorted(), [...Array(5).fill("EADDRINUSE"), "listening"]);
      (await UnixConn.connect({ path: `${dir.path}/s` })).close();
      for (const program of programs) await program[Symbol.asyncDispose]();
    }
  },
);

test("replaceStale of a slow program never removes a file that another has bound", {
  needs: [...needs, "strace"],
}, async () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  leaveStale(path);
  const script = `import { UnixListener } from "${new URL("../../unix/mod.ts", import.meta.url)}";
    UnixListener.listen({ abstract: crypto.randomUUID() }).close();
    console.log("looking");
    const listener = UnixListener.listen({ path: ${JSON.stringify(path)}, replaceStale: true });
    console.log("listening");
    await listener.accept();
    listener.close();`;
  // unlink(2) is delayed by a second: what it removes may belong to another program by then.
  await using slow = spawnScript(
    script,
    ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=unlink"]
      .concat("-e", "inject=unlink:delay_enter=1000000"),
  );
  assertEquals(await slow.line(), "looking");
  await new Promise((resolve) => setTimeout(resolve, 400));
  const error = assertThrows(() => UnixListener.listen({ path, replaceStale: true })) as Error & { code?: string };
  assertEquals(error.code, "EADDRINUSE");
  assertEquals(await slow.line(), "listening");
  (await UnixConn.connect({ path })).close();
});

test("closing a listener whose folder is gone throws nothing", { needs: [...needs] }, () => {
  const dir = tempDir();
  const listener = UnixListener.listen({ path: `${dir.path}/s` });
  dir[Symbol.dispose]();
  listener.close();
});

test("UnixConn.connect() reports why it fails", { needs: [...needs] }, async () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  const codeOf = async () => (await assertRejects(() => UnixConn.connect({ path })) as { code?: string }).code;
  assertEquals(await codeOf(), "ENOENT");
  leaveStale(path);
  assertEquals(await codeOf(), "ECONNREFUSED");
  using _ = UnixSeqpacketListener.listen({ path, replaceStale: true });
  assertEquals(await codeOf(), "EPROTOTYPE");
});

test("UnixConn.connect() with a localAddr path removes that file at the end", { needs: [...needs] }, async () => {
  using dir = tempDir();
  using listener = UnixListener.listen({ path: `${dir.path}/s` });
  const client = await UnixConn.connect({ path: `${dir.path}/s`, localAddr: { path: `${dir.path}/c` } });
  using server = await listener.accept();
  assertEquals(server.remoteAddr, { transport: "unix", path: `${dir.path}/c` });
  assertEquals(client.localAddr, { transport: "unix", path: `${dir.path}/c` });
  client.close();
  assert(!existsSync(`${dir.path}/c`));
});

test("node:net connects to UnixListener, and UnixConn to its server", { needs: [...needs] }, async () => {
  using dir = tempDir();
  using listener = UnixListener.listen({ path: `${dir.path}/s` });
  const client = nodeConnect(`${dir.path}/s`);
  client.write("hello");
  using conn = await listener.accept();
  const buffer = new Uint8Array(8);
  assertEquals(await conn.read(buffer), 5);
  client.destroy();
  const server = createServer((socket) => socket.end("bye"));
  await new Promise<void>((resolve) => server.listen(`${dir.path}/n`, resolve));
  using back = await UnixConn.connect({ path: `${dir.path}/n` });
  assertEquals(await back.read(buffer), 3);
  back.close();
  await new Promise((resolve) => server.close(resolve));
});

/** Leaves the file of a socket that nobody receives on. */
function leaveStale(path: string): void {
  closeFd(UnixDatagramSocket.bind({ path }).detach());
}

test("UnixConn.connect() waits for room in the backlog, and obeys its signal and its timeout", async () => {
  using listener = UnixListener.listen({ autobind: true, backlog: 0 });
  using _first = await UnixConn.connect(listener.addr);
  const name = ({ name }: Error) => name;
  assertEquals(await UnixConn.connect({ ...listener.addr, timeout: 20 }).then(() => "connected", name), "TimeoutError");
  const controller = new AbortController();
  const second = UnixConn.connect({ ...listener.addr, signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => second, Error, "enough");
  const third = UnixConn.connect({ ...listener.addr, timeout: 5000 });
  for (let i = 0; i < 2; i++) (await listener.accept({ timeout: 5000 })).close();
  (await third).close();
});

test("UnixConn.connect() and UnixListener.listen() configure the socket before they use it", async () => {
  const states: boolean[] = [];
  const configure = (socket: Socket): void => {
    assertEquals(socket.localSockaddr().length, 2); // no name yet
    socket.set(SO_PASSCRED, true);
    states.push(socket.get(SO_PASSCRED));
  };
  using listener = UnixListener.listen({ autobind: true, configure });
  using conn = await UnixConn.connect({ ...listener.addr, configure });
  assertEquals([states, conn.socket.get(SO_PASSCRED)], [[true, true], true]);
});

test("replaceStale tells that the folder of a stale file is not ours to change", {
  needs: [...needs, "run", "CAP_CHOWN", "CAP_SETPCAP"],
}, async () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  leaveStale(path);
  chownSync(dir.path, 12345, 12345);
  chmodSync(dir.path, 0o755);
  chmodSync(path, 0o777);
  await using program = spawnScript(
    `
      import { UnixListener } from "${new URL("../../unix/mod.ts", import.meta.url)}";
      try {
        UnixListener.listen({ path: ${JSON.stringify(path)}, replaceStale: true });
      } catch ({ code, syscall }) {
        console.log(code, syscall);
      }`,
    ["setpriv", "--bounding-set=-all", "--inh-caps=-all"],
  );
  const { stdout, stderr } = await program.exit;
  assertEquals(stdout, "EACCES open\n", stderr);
  assert(lstatSync(path).isSocket());
});
