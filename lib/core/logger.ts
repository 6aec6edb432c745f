type Level = "info" | "warn" | "error";

/** Values that may be logged. Keys, prompts and rows never are. */
type LogFields = Record<string, string | number | boolean | null | undefined>;

/** One JSON line on stderr, so that stdout stays free for what a command prints. */
function write(level: Level, event: string, fields: LogFields): void {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), level, event, ...fields })}\n`);
}

export const logger = {
  info: (event: string, fields: LogFields = {}): void => {
    write("info", event, fields);
  },
  warn: (event: string, fields: LogFields = {}): void => {
    write("warn", event, fields);
  },
  error: (event: string, fields: LogFields = {}): void => {
    write("error", event, fields);
  },
};
