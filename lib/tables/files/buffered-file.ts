import { open } from "node:fs/promises";

const FLUSH_BYTES = 1 << 20;

/** Appends to a new file in writes of a megabyte. Holds nothing open in between, so an error on the way leaks nothing. */
export class BufferedFile {
  private pieces: Buffer[] = [];
  private size = 0;
  private constructor(private readonly path: string) {}

  /** Replaces a file that is there. */
  static async create(path: string): Promise<BufferedFile> {
    await (await open(path, "w")).close();
    return new BufferedFile(path);
  }

  add(piece: Buffer): void {
    this.pieces.push(piece);
    this.size += piece.length;
  }

  /** Writes what has gathered, if it is worth it; to be awaited between batches of `add`. */
  async drain(): Promise<void> {
    if (this.size >= FLUSH_BYTES) await this.flush();
  }

  /** Writes the rest. */
  close(): Promise<void> {
    return this.flush();
  }

  private async flush(): Promise<void> {
    const all = Buffer.concat(this.pieces);
    this.pieces = [];
    this.size = 0;
    const handle = await open(this.path, "a");
    try {
      for (let written = 0; written < all.length;)
        written += (await handle.write(all, written)).bytesWritten;
    } finally {
      await handle.close();
    }
  }
}
