const encoder = new TextEncoder();
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;

/**
 * Writes a "newc" cpio archive, which is what the kernel unpacks as its first root file system.
 *
 * Archives may follow one another in one initramfs; a later entry replaces an earlier one of the same name. See
 * {@link https://docs.kernel.org/driver-api/early-userspace/buffer-format.html | the buffer format}.
 */
export class CpioWriter {
  #file: Deno.FsFile;
  #folders = new Set<string>();
  #files = new Set<string>();
  #inode = 0;
  #written = 0;

  /** Takes ownership of `file`, which must be open for writing. */
  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Adds a folder and its parents, unless they are there already. */
  addFolder(path: string): void {
    const name = path.replace(/^\/+|\/+$/g, "");
    if (name === "" || this.#folders.has(name)) return;
    this.addFolder(name.slice(0, Math.max(name.lastIndexOf("/"), 0)));
    this.#folders.add(name);
    this.#entry(name, S_IFDIR | 0o755, new Uint8Array());
  }

  /** Adds a regular file. */
  addFile(path: string, bytes: Uint8Array | string, mode = 0o644): void {
    const name = this.#inFolder(path);
    this.#entry(name, S_IFREG | mode, typeof bytes === "string" ? encoder.encode(bytes) : bytes);
  }

  /** Whether there already is a file or a link of this name. */
  has(path: string): boolean {
    return this.#files.has(path.replace(/^\/+/, ""));
  }

  /** Adds a symbolic link. */
  addLink(path: string, target: string): void {
    this.#entry(this.#inFolder(path), S_IFLNK | 0o777, encoder.encode(target));
  }

  /** Writes the trailer and closes the file. */
  close(): void {
    this.#entry("TRAILER!!!", 0, new Uint8Array());
    this.#file.close();
  }

  #inFolder(path: string): string {
    const name = path.replace(/^\/+/, "");
    this.addFolder(name.slice(0, Math.max(name.lastIndexOf("/"), 0)));
    this.#files.add(name);
    return name;
  }

  #entry(name: string, mode: number, bytes: Uint8Array): void {
    const nameBytes = encoder.encode(`${name}\0`);
    // c_ino c_mode c_uid c_gid c_nlink c_mtime c_filesize c_devmajor c_devminor c_rdevmajor c_rdevminor c_namesize c_check
    const fields = [++this.#inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, nameBytes.length, 0];
    this.#write(encoder.encode(`070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`));
    this.#write(nameBytes);
    this.#pad();
    this.#write(bytes);
    this.#pad();
  }

  #pad(): void {
    this.#write(new Uint8Array((4 - this.#written % 4) % 4));
  }

  #write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += this.#file.writeSync(bytes.subarray(at));
    this.#written += bytes.length;
  }
}
