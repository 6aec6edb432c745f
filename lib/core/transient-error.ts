import { isAppError } from "./app-error";

/** Codes of PostgreSQL (class 08, 57P0x), of sockets and of Prisma that say the database went away for a moment. */
const TRANSIENT = /^(08...|57P0[123]|ECONNRESET|ECONNREFUSED|EPIPE|P1001|P1017|P2024|40001|40P01)$/;
/** Prisma's adapter gives PostgreSQL's code in its text alone: "Database error. Code: `57P01`". */
const WORDS = /Connection terminated|connection timeout|timeout exceeded when trying to connect|Client has encountered a connection error|server closed the connection|Code: `(08...|57P0[123])`/i;

/** Whether an error, or what caused it, is a passing loss of the database: the same work may succeed in a moment. */
export function isTransientDatabaseError(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    // An error we have a name for is not the database's, though a refused connection to a model server may be behind it.
    if (isAppError(cause) && cause.code !== "internal" && cause.code !== "database_unavailable") return false;
    const { code } = cause as { code?: unknown };
    if (typeof code === "string" && TRANSIENT.test(code)) return true;
    if (WORDS.test(cause.message)) return true;
  }
  return false;
}

const TRIES = 6;
const FIRST_WAIT_MS = 100;

/** Does a piece of work that is safe to do twice again while the database is away, for about six seconds. */
export async function retryWhileAway<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (tried >= TRIES || !isTransientDatabaseError(error)) throw error;
      await new Promise((wake) => setTimeout(wake, FIRST_WAIT_MS * 2 ** (tried - 1)));
    }
  }
}
