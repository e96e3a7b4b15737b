// Loaded before a server whose memory is measured: SIGUSR2 collects all garbage.
import process from "node:process";

process.on("SIGUSR2", () => {
  globalThis.gc();
  globalThis.gc();
});
