/** `npm start`: prepares, then hands over to `launch.ts`. */
import { spawn } from "node:child_process";
import { prepare, root } from "./prepare.mjs";

prepare();
const child = spawn(process.execPath, ["--import", "tsx", "scripts/launch.ts", ...process.argv.slice(2)], { cwd: root, stdio: "inherit" });
// Ctrl-C reaches the whole group; the launcher stops everything and then ends, and so do we.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
