/**
 * What runs inside of QuickJS, as text: the function below is printed into the interpreter and never called here. It makes
 * the world that a row's function sees, frozen and without clock or chance, so that each row is on its own.
 */
function prepareGuest(code, columns, seed, maxResult) {
  "use strict";
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { isSafeInteger, isFinite } = Number;
  const { freeze, hasOwn, prototype: plain, getOwnPropertyDescriptors, getPrototypeOf } = Object;
  const { construct, ownKeys } = Reflect;

  let state = 0;
  Math.random = function random() {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const RealDate = Date;
  function StoppedDate(...parts) {
    if (!new.target) return new RealDate(0).toString();
    return construct(RealDate, parts.length === 0 ? [0] : parts, new.target);
  }
  StoppedDate.prototype = RealDate.prototype;
  StoppedDate.now = () => 0;
  StoppedDate.parse = RealDate.parse;
  StoppedDate.UTC = RealDate.UTC;
  RealDate.prototype.constructor = StoppedDate;
  globalThis.Date = StoppedDate;
  for (const name of ["performance", "queueMicrotask", "WeakRef", "FinalizationRegistry", "SharedArrayBuffer", "Atomics"]) Reflect.deleteProperty(globalThis, name);

  // What can be reached from the global object, and what only syntax reaches.
  const pending = [globalThis, function* () {}, async function () {}, async function* () {}, [][Symbol.iterator](), new Map()[Symbol.iterator](), new Set()[Symbol.iterator](), ""[Symbol.iterator](), "".matchAll(/a/g), (function* () {})(), (async function* () {})()];
  const seen = new Set();
  while (pending.length > 0) {
    const value = pending.pop();
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
    seen.add(value);
    pending.push(getPrototypeOf(value));
    const members = getOwnPropertyDescriptors(value);
    for (const key of ownKeys(members)) pending.push(members[key].value, members[key].get, members[key].set);
  }
  for (const value of seen) freeze(value);

  // Made anew for each row, so that nothing it closes over outlives the row.
  const make = new Function(`"use strict"; return (\n${code.replace(/[\s;]+$/, "")}\n);`);
  if (typeof make() !== "function") throw new TypeError("it is no function");

  const describe = (error) => {
    try {
      const text = typeof error === "object" && error !== null && "message" in error ? `${String(error.name)}: ${String(error.message)}` : `it threw ${String(error)}`;
      return text.slice(0, 500);
    } catch {
      return "it threw something that cannot be shown";
    }
  };

  const kindOf = (value) => (value === null ? "nothing" : isArray(value) ? "a list" : value instanceof Promise ? "a promise, which cannot be waited for" : `a ${typeof value}`);
  const fits = {
    text: (value) => (typeof value === "object" ? stringifyLine(value) : typeof value === "symbol" || typeof value === "function" ? undefined : String(value)),
    integer: (value) => (isSafeInteger(value) ? value : typeof value === "bigint" && BigInt.asIntN(64, value) === value ? String(value) : undefined),
    number: (value) => (typeof value === "number" && isFinite(value) ? value : undefined),
    boolean: (value) => (typeof value === "boolean" ? value : undefined),
    timestamp: (value) => {
      const date = value instanceof RealDate ? value : typeof value === "string" ? new RealDate(value) : null;
      return date !== null && isFinite(date.getTime()) ? date.toISOString() : undefined;
    },
    list: (value) => (isArray(value) ? value : undefined),
    object: (value) => (typeof value === "object" && !isArray(value) ? value : undefined),
  };

  const issue = (row, failed, data) => `${stringify({ row, failed, data: stringify(data) })}\n`;
  const tooLarge = (row) => issue(row, "row_code_too_large", {});
  const unfit = (row, detail) => issue(row, "row_result_unfit", { detail });

  function readRow(row, place, given) {
    if (typeof given !== "object" || given === null || isArray(given) || given instanceof Promise) return { unfit: `it is ${kindOf(given)} instead of an object` };
    const line = { row, place };
    for (const [index, { name, type }] of columns.entries()) {
      // What every object answers to, such as `constructor`, is no value of this one.
      const value = name in plain && !hasOwn(given, name) ? undefined : given[name];
      if (value === null || value === undefined) continue;
      const fitted = fits[type](value);
      if (fitted === undefined) return { unfit: `“${name}” is ${kindOf(value)} where ${type} is expected` };
      line[`c${index}`] = fitted;
    }
    return { line: `${stringifyLine(line)}\n` };
  }

  // Whole numbers beyond 2^53 are BigInt within the program: as numbers they would be their neighbours. NUL, which no name has.
  const WHOLE = "\0whole";
  const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
  const markWhole = (token) => (/^-?\d{16,}$/.test(token) && !isSafeInteger(Number(token)) ? `{"\\u0000whole":"${token}"}` : token);
  const reviveWhole = (_, value) => (typeof value === "object" && value !== null && hasOwn(value, WHOLE) ? BigInt(value[WHOLE]) : value);
  const parseRows = (text) => (/\d{16}/.test(text) ? parse(text.replace(TOKENS, markWhole), reviveWhole) : parse(text));
  const writeWhole = (_, value) => (typeof value === "bigint" ? `${WHOLE}${value}` : value);
  const stringifyLine = (line) => {
    try {
      return stringify(line);
    } catch {
      // JSON has no BigInt, which is written as the number it is.
      return stringify(line, writeWhole).replace(/"\\u0000whole(-?\d+)"/g, "$1");
    }
  };

  const counts = { made: 0, dropped: 0, failed: 0 };
  function runRow(row, values) {
    state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(row + 1, 0xc2b2ae35)) | 0;
    const result = make()(values, row);
    if (result === null || result === undefined) {
      counts.dropped += 1;
      return issue(row, "row_dropped", {});
    }
    const list = isArray(result) ? result : [result];
    if (list.length === 0) {
      counts.dropped += 1;
      return issue(row, "row_dropped", {});
    }
    let lines = "";
    for (let place = 0; place < list.length; place += 1) {
      const read = readRow(row, place, list[place]);
      if (read.unfit !== undefined) {
        counts.failed += 1;
        return unfit(row, read.unfit);
      }
      lines += read.line;
      if (lines.length > maxResult) {
        counts.failed += 1;
        return tooLarge(row);
      }
    }
    counts.made += list.length;
    return lines;
  }

  function readLine(line) {
    try {
      return parseRows(line);
    } catch {
      return { row: Number(/^\{"row":(\d+)/.exec(line)?.[1]), values: null };
    }
  }
  function readRows(text) {
    try {
      return parseRows(`[${text.replaceAll("\n", ",")}]`);
    } catch {
      return text.split("\n").map(readLine);
    }
  }

  return (text) => {
    counts.made = counts.dropped = counts.failed = 0;
    let lines = "";
    for (const { row, values } of readRows(text)) {
      try {
        lines += values === null ? unfit(row, "its values cannot be written as JSON") : runRow(row, values);
        if (values === null) counts.failed += 1;
      } catch (error) {
        const detail = describe(error);
        // Without memory, which may show as an error that is null, the interpreter is not to be trusted: it is replaced.
        if (error === null || /out of memory/.test(detail)) throw error;
        counts.failed += 1;
        lines += issue(row, "row_code_failed", { detail });
      }
    }
    return `${counts.made} ${counts.dropped} ${counts.failed}\n${lines}`;
  };
}

export const guestSource = `(${prepareGuest.toString()})`;
