import type { ErrorData } from "@/lib/core/app-error";
import type { ErrorCode } from "@/lib/core/error-catalogue";
import { BufferedFile } from "./buffered-file";

/** The bad rows of a source, written to a file as they are met, so that any number of them fits. */
export class FailureLog {
  count = 0;
  private file: BufferedFile | null = null;

  constructor(private readonly path: string) {}

  async add(code: ErrorCode, data: ErrorData, before: number): Promise<void> {
    this.file ??= await BufferedFile.create(this.path);
    this.file.add(Buffer.from(`${JSON.stringify({ code, data, before })}\n`));
    this.count++;
    await this.file.drain();
  }

  /** Path of the file, or null where nothing is bad. */
  async close(): Promise<string | null> {
    await this.file?.close();
    return this.file ? this.path : null;
  }
}
