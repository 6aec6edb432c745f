/** Reads a SQLite file in a thread of its own, which can be ended in the middle of a query. */
import { parentPort, workerData } from "node:worker_threads";
import sqlite from "node-sqlite3-wasm";

const BATCH_ROWS = 500;

const database = new sqlite.Database(workerData.path, { readOnly: true, fileMustExist: true });
try {
  // As a view it can only be one query that reads, and tells its columns without being run.
  database.run(`CREATE TEMP VIEW reverie_query AS ${workerData.query}`);
  const columns = database.all("SELECT name, type FROM pragma_table_info('reverie_query')");
  const names = columns.map((column) => column.name);
  parentPort.postMessage({ columns });
  const rows = workerData.onlyColumns ? [][Symbol.iterator]() : database.prepare("SELECT * FROM temp.reverie_query").iterate();
  const next = () => {
    try {
      const batch = [];
      for (let row = rows.next(); ; row = rows.next()) {
        if (row.done) {
          parentPort.postMessage({ rows: batch, isLast: true });
          return;
        }
        batch.push(names.map((name) => row.value[name]));
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
