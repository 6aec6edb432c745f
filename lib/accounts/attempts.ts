import { AppError } from "@/lib/core/app-error";

const ALLOWED = 10;
const WINDOW_MS = 15 * 60 * 1000;
const KEPT = 10_000;

interface Attempts {
  wrong: number;
  since: number;
}

export interface AttemptLimit {
  /** Throws `too_many_attempts` where too many have failed of late. */
  check(email: string): void;
  fail(email: string): void;
  succeed(email: string): void;
}

/**
 * Bounds wrong passwords for an account, whoever sends them and whether there is such an account: ten in a quarter of an hour.
 * Held by the one web process; a restart forgets it.
 */
export function createAttemptLimit(now: () => number = Date.now): AttemptLimit {
  const attempts = new Map<string, Attempts>();
  const find = (email: string): Attempts => {
    const known = attempts.get(email);
    return known && now() - known.since < WINDOW_MS ? known : { wrong: 0, since: now() };
  };
  return {
    check(email) {
      const { wrong, since } = find(email);
      if (wrong >= ALLOWED) throw new AppError("too_many_attempts", { minutes: Math.ceil((since + WINDOW_MS - now()) / 60_000) });
    },
    fail(email) {
      const { wrong, since } = find(email);
      attempts.delete(email);
      attempts.set(email, { wrong: wrong + 1, since });
      for (const oldest of attempts.keys()) {
        if (attempts.size <= KEPT) break;
        attempts.delete(oldest);
      }
    },
    succeed(email) {
      attempts.delete(email);
    },
  };
}
