/** Reads a SQLite file in a thread of its own, which can be ended in the middle of a query. */
import { Buffer } from "node:buffer";
import { TextDecoder } from "node:util";
import { parentPort, workerData } from "node:worker_threads";
import sqlite from "node-sqlite3-wasm";

const BATCH_ROWS = 500;

const database = new sqlite.Database(workerData.path, { readOnly: true, fileMustExist: true });
try {
  // As a view it can only be one query that reads, and tells its columns without being run.
  database.run(`CREATE TEMP VIEW reverie_query AS ${workerData.query}`);
  const columns = database.all("SELECT name, type FROM pragma_table_info('reverie_query')");
  parentPort.postMessage({ columns });
  // This SQLite is built for UTF-8 alone, and opens no database in UTF-16.
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  // The library ends a text at its first NUL and makes up signs for bytes that are none, so text comes as its bytes, and bytes
  // as hexadecimal text. Values are asked for by place: the library's rows are objects, in which not every name can be. With an
  // OFFSET SQLite does not write the query's expressions into these, where each would be worked out three times.
  const places = columns.map((_, place) => `c${place}`);
  const taken = places.map((place) => `CASE typeof(${place}) WHEN 'text' THEN CAST(${place} AS BLOB) WHEN 'blob' THEN hex(${place}) ELSE ${place} END AS ${place}`);
  const sql = `WITH found(${places.join(", ")}) AS (SELECT * FROM temp.reverie_query LIMIT -1 OFFSET 0) SELECT ${taken.join(", ")} FROM found`;
  const rows = workerData.onlyColumns ? [][Symbol.iterator]() : database.prepare(sql).iterate();
  const read = (value) => {
    if (typeof value === "string") return Buffer.from(value, "hex");
    if (!(value instanceof Uint8Array)) return value;
    try {
      return utf8.decode(value);
    } catch {
      return { unsound: "UTF-8" };
    }
  };
  const next = () => {
    try {
      const batch = [];
      for (let row = rows.next(); ; row = rows.next()) {
        if (row.done) {
          parentPort.postMessage({ rows: batch, isLast: true });
          return;
        }
        batch.push(places.map((place) => read(row.value[place])));
        if (batch.length === BATCH_ROWS) break;
      }
      parentPort.postMessage({ rows: batch, isLast: false });
    } catch (error) {
      parentPort.postMessage({ error: String(error?.message ?? error) });
    }
  };
  parentPort.on("message", next);
} catch (error) {
  parentPort.postMessage({ error: String(error?.message ?? error) });
}
