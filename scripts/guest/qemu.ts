/** Options of {@linkcode boot}. */
export interface BootOptions {
  /** The kernel image. */
  kernel: string;
  /** The initramfs. */
  initramfs: string;
  /** Where the guest writes its exit code and its files. */
  report: string;
  /** Additional kernel parameters. */
  append: string;
  /** Memory in MiB. */
  memory: number;
  /** Milliseconds until the guest is ended. */
  timeout: number;
}

/**
 * Boots a kernel under software emulation, with its console on standard output, and waits for its end.
 *
 * Software emulation: CI seldom has hardware virtualisation, and the same result everywhere is worth more.
 *
 * @throws {Error} If the guest does not end in time. It never outlives this program.
 */
export async function boot(options: BootOptions): Promise<void> {
  // `timeout` ends it even if this program is killed and cannot.
  const seconds = Math.ceil(options.timeout / 1000);
  const child = new Deno.Command("timeout", {
    args: [
      ...["--foreground", "-s", "KILL", String(seconds), "qemu-system-x86_64"],
      ...["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", String(options.memory)],
      ...["-display", "none", "-monitor", "none", "-no-reboot", "-nic", "none"],
      ...["-serial", "stdio", "-serial", `file:${options.report}`],
      ...["-kernel", options.kernel, "-initrd", options.initramfs],
      // no_timer_check: on a busy host, the emulated timer is too slow for the kernel's test of it, which then hangs.
      ...["-append", `console=ttyS0 quiet panic=-1 oops=panic no_timer_check ${options.append}`],
    ],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  const stop = (): void => {
    // SIGTERM, which `timeout` forwards and qemu obeys.
    try {
      child.kill("SIGTERM");
    } catch { /* it has ended */ }
  };
  Deno.addSignalListener("SIGINT", stop);
  Deno.addSignalListener("SIGTERM", stop);
  try {
    const { code, signal } = await child.status;
    if (code === 124 || code === 137 || signal === "SIGKILL") {
      throw new Error(`Cannot wait longer for the guest: it did not end within ${seconds} s`);
    }
    if (code !== 0) throw new Error(`Cannot go on as qemu ended with ${code}`);
  } finally {
    Deno.removeSignalListener("SIGINT", stop);
    Deno.removeSignalListener("SIGTERM", stop);
  }
}
