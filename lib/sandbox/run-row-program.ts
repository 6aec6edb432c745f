import { createReadStream, createWriteStream } from "node:fs";
import { once } from "node:events";
import { AppError } from "@/lib/core/app-error";
import type { ErrorCode } from "@/lib/core/error-catalogue";
import type { Column } from "@/lib/steps/_sdk/columns";
import { type Reply, type SandboxChild, startSandboxChild } from "./sandbox-child";

export interface RowProgram {
  /** A JavaScript expression that gives a function of a row. */
  code: string;
  /** Columns of the rows it gives. */
  columns: readonly Column[];
  /** Decides what `Math.random` gives, together with the row's number. */
  seed: number;
  /** CPU time for each row, so that it is the row that is too slow and not the machine. */
  milliseconds: number;
  memoryMb: number;
}

export interface RowTotals {
  made: number;
  dropped: number;
  failed: number;
}

const BATCH_BYTES = 512 * 1024;
const MAX_BATCH_ROWS = 2000;
/** Of one row, in characters of JSON. */
const MAX_RESULT = 8 * 1024 * 1024;
/** On the clock, before a process that does not stop by itself is ended from outside: one that gets a tenth of a core is only waiting. */
const BUSIEST = 10;
const GRACE_MS = 2000;
const START_MS = 60_000;
/** So many rows that each had to be stopped mean that the program is at fault, not the rows. */
const MAX_STOPPED = 500;

/**
 * Runs a program over a file of lines `{"row": n, "values": {…}}` and writes a file of lines `{"row", "place", "c0", …}` for
 * each row made and `{"row", "failed", "data"}` for each that is not. Memory does not grow with the number of rows.
 * Throws `code_invalid`, `code_unusable`, `cancelled`.
 */
export async function runRowProgram(
  program: RowProgram,
  { input, output, signal }: { input: string; output: string; signal: AbortSignal },
): Promise<RowTotals> {
  const host = new ProgramHost(program);
  const stop = (): void => host.stop();
  signal.addEventListener("abort", stop);
  const sink = createWriteStream(output);
  const totals: RowTotals = { made: 0, dropped: 0, failed: 0 };
  try {
    await host.start();
    for await (const lines of readBatches(input, () => host.batchRows)) {
      if (signal.aborted) throw new AppError("cancelled");
      const text = await host.run(lines, totals);
      if (!sink.write(text)) await once(sink, "drain");
    }
    sink.end();
    await once(sink, "close");
    return totals;
  } catch (error) {
    throw signal.aborted ? new AppError("cancelled") : error;
  } finally {
    signal.removeEventListener("abort", stop);
    host.stop();
    sink.destroy();
  }
}

class ProgramHost {
  /** Fewer after a batch that took too long, because it has to be run again row by row. */
  batchRows = 100;
  private child: SandboxChild | null = null;
  private stopped = 0;
  private ended = false;

  constructor(private readonly program: RowProgram) {}

  async start(): Promise<void> {
    const { code, columns, seed, milliseconds, memoryMb } = this.program;
    const settings = { code, columns, seed, milliseconds, memoryMb, maxResult: MAX_RESULT };
    this.child = startSandboxChild();
    if (this.ended) this.stop();
    const reply = await this.child.ask(JSON.stringify(settings), START_MS);
    if (reply.kind === "done") return;
    if (reply.kind === "error") throw new AppError("code_invalid", { detail: reply.detail });
    if (reply.kind === "died") throw new AppError("code_unusable", { detail: "its process ended" });
    throw new AppError("code_invalid", { detail: reply.kind === "slow" ? "it does not come to an end" : "it needs too much memory" });
  }

  stop(): void {
    this.ended = true;
    this.child?.stop();
  }

  /** Runs some rows; where one of them is too slow or too large, all of them again, each by itself. */
  async run(lines: readonly string[], totals: RowTotals): Promise<string> {
    const started = performance.now();
    const reply = await this.ask(lines);
    const took = performance.now() - started;
    if (reply.kind === "done") {
      if (took < this.program.milliseconds / 8) this.batchRows = Math.min(MAX_BATCH_ROWS, this.batchRows * 2);
      return takeTotals(reply.text, totals);
    }
    this.child?.stop();
    if (this.ended) throw new AppError("cancelled");
    await this.start();
    if (lines.length === 1) return this.giveUp(lines[0] ?? "", reply, totals);
    this.batchRows = Math.max(1, Math.floor(this.batchRows / 8));
    const parts: string[] = [];
    for (const line of lines) parts.push(await this.run([line], totals));
    return parts.join("");
  }

  private ask(lines: readonly string[]): Promise<Reply> {
    if (!this.child) throw new AppError("code_unusable", { detail: "it is not started" });
    return this.child.ask(lines.join("\n"), this.program.milliseconds * BUSIEST + GRACE_MS);
  }

  private giveUp(line: string, reply: Reply, totals: RowTotals): string {
    this.stopped += 1;
    if (this.stopped > MAX_STOPPED)
      throw new AppError("code_invalid", { detail: `it had to be stopped at ${MAX_STOPPED} rows` });
    totals.failed += 1;
    const row = Number(/^\{"row":(\d+)/.exec(line)?.[1]);
    const slow = reply.kind === "slow";
    const failed: ErrorCode = slow ? "row_code_too_slow" : reply.kind === "error" ? "row_code_failed" : "row_code_too_large";
    const data = slow ? { milliseconds: this.program.milliseconds } : reply.kind === "error" ? { detail: reply.detail } : {};
    return `${JSON.stringify({ row, failed, data: JSON.stringify(data) })}\n`;
  }
}

/** The first line counts; the rest are the rows. */
function takeTotals(text: string, totals: RowTotals): string {
  const end = text.indexOf("\n");
  const [made = 0, dropped = 0, failed = 0] = text.slice(0, end).split(" ").map(Number);
  totals.made += made;
  totals.dropped += dropped;
  totals.failed += failed;
  return text.slice(end + 1);
}

/** Lines of a file, as many at a time as wanted and no more than fit a batch. */
async function* readBatches(path: string, wanted: () => number): AsyncGenerator<string[]> {
  let rest = "";
  let lines: string[] = [];
  let bytes = 0;
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: 256 * 1024 }) as AsyncIterable<string>) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      lines.push(line);
      bytes += line.length;
      if (lines.length < wanted() && bytes < BATCH_BYTES) continue;
      yield lines;
      lines = [];
      bytes = 0;
    }
  }
  if (rest !== "") lines.push(rest);
  if (lines.length > 0) yield lines;
}
