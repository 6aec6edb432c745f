/**
 * The process in which people's JavaScript runs, inside of QuickJS. It is started with an empty environment and may read
 * its own modules and nothing else. Frames on stdin and stdout are a length of 4 bytes and a text: first the settings, then
 * batches of rows. It ends itself after any trouble, so that no row meets what another one left behind.
 */
import { Buffer } from "node:buffer";
import { newQuickJSWASMModule, newVariant, RELEASE_SYNC } from "quickjs-emscripten";
import { guestSource } from "./guest.mjs";

const STACK_BYTES = 256 * 1024;
const START_MS = 5000;
/** What the module starts with, of 64 KiB each. */
const MODULE_PAGES = 256;
const PAGES_PER_MB = 16;
/** In milliseconds of this process's own CPU time: on a busy machine a row has as much to itself as on an idle one. */
let deadline = Infinity;
let run = null;

function usedMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function reply(kind, text) {
  const body = Buffer.from(kind + text);
  const frame = Buffer.allocUnsafe(4 + body.length);
  frame.writeUInt32BE(body.length, 0);
  body.copy(frame, 4);
  return new Promise((resolve) => process.stdout.write(frame, resolve));
}

async function end(kind, text) {
  await reply(kind, text);
  process.exit(0);
}

/** QuickJS writes half of a surrogate pair as an escape, which is no text for anyone else. */
function mendText(text) {
  if (!/\\ud[89a-f]/i.test(text)) return text;
  const mend = (_, value) => (typeof value === "string" ? value.toWellFormed() : value);
  const [counts, ...lines] = text.split("\n");
  return [counts, ...lines.map((line) => (line === "" || !/\\ud[89a-f]/i.test(line) ? line : JSON.stringify(JSON.parse(line), mend)))].join("\n");
}

/** What went wrong: too slow, too large, or an error of the program. */
function nameTrouble(error) {
  // Without memory for an error, QuickJS throws none.
  if (error === null || error === undefined) return ["M", ""];
  const message = typeof error === "object" && error !== null ? `${error.name ?? "Error"}: ${error.message ?? ""}` : String(error);
  if (/interrupted/.test(message)) return ["S", ""];
  return /out of memory/.test(message) ? ["M", ""] : ["E", message];
}

async function open({ code, columns, seed, memoryMb, maxResult, milliseconds }) {
  // QuickJS's own limit does not see the size of what it allocates; WebAssembly's cannot be passed.
  const wasmMemory = new globalThis.WebAssembly.Memory({ initial: MODULE_PAGES, maximum: MODULE_PAGES + memoryMb * PAGES_PER_MB });
  const runtime = (await newQuickJSWASMModule(newVariant(RELEASE_SYNC, { wasmMemory }))).newRuntime();
  runtime.setMaxStackSize(STACK_BYTES);
  runtime.setInterruptHandler(() => usedMs() > deadline);
  const context = runtime.newContext();
  deadline = usedMs() + START_MS;
  const prepared = context.evalCode(`${guestSource}(${JSON.stringify(code)}, ${JSON.stringify(columns)}, ${seed}, ${maxResult})`);
  if (prepared.error) return end(...nameTrouble(context.dump(prepared.error)));
  run = (text) => {
    deadline = usedMs() + milliseconds;
    const argument = context.newString(text);
    const result = context.callFunction(prepared.value, context.undefined, argument);
    argument.dispose();
    if (result.error) return nameTrouble(context.dump(result.error));
    const given = context.getString(result.value);
    result.value.dispose();
    return ["D", mendText(given)];
  };
  return reply("D", "");
}

async function take(text) {
  try {
    if (run === null) return await open(JSON.parse(text));
    const [kind, given] = run(text);
    return await (kind === "D" ? reply(kind, given) : end(kind, given));
  } catch (error) {
    // QuickJS recursed deeper than the process's own stack, or ran out of memory where it does not look.
    return end(...nameTrouble(error));
  }
}

let waiting = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  waiting = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
  while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32BE(0)) {
    const size = 4 + waiting.readUInt32BE(0);
    const text = waiting.toString("utf8", 4, size);
    waiting = waiting.subarray(size);
    await take(text);
  }
}
