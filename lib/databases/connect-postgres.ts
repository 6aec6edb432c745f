import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { Client, DatabaseError, type ClientConfig } from "pg";
import { AppError, isAppError } from "@/lib/core/app-error";
import { kindOfAddress } from "@/lib/core/public-address";

/** Where a database is and who reads it, of a connection that an administrator made. */
export interface DatabaseAccess {
  /** `postgresql://person@host:5432/database`. */
  url: string;
  password: string | null;
}

const CONNECT_MS = 15_000;

/**
 * The address to connect to, looked up once, so that it cannot be another when it is used. Only an administrator makes
 * connections, so private networks are open to them; link-local addresses are not, whoever asks. Throws `database_address`.
 */
async function findAddress(host: string): Promise<string> {
  const bare = host.replace(/^\[|\]$/g, "");
  const address = isIP(bare) === 0 ? (await lookup(bare)).address : bare;
  if (kindOfAddress(address) === "link-local") throw new AppError("database_address", { host, address });
  return address;
}

/** How encrypted a connection is to be, in the words of PostgreSQL's own `sslmode`. */
function readSsl(url: URL): ClientConfig["ssl"] {
  const mode = url.searchParams.get("sslmode") ?? "disable";
  if (mode === "disable" || mode === "allow" || mode === "prefer") return false;
  return mode === "require" ? { rejectUnauthorized: false } : { rejectUnauthorized: true, servername: url.hostname };
}

/** Opens a connection that can read and nothing else. Throws `database_unreachable`, `database_address`. */
export async function connectPostgres({ url: text, password }: DatabaseAccess): Promise<Client> {
  const url = new URL(text);
  const host = url.host;
  try {
    const client = new Client({
      host: await findAddress(url.hostname),
      port: Number(url.port || "5432"),
      user: decodeURIComponent(url.username) || "postgres",
      password: password ?? "",
      database: decodeURIComponent(url.pathname.slice(1)),
      ssl: readSsl(url),
      application_name: "reverie",
      connectionTimeoutMillis: CONNECT_MS,
      options: "-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO -c intervalstyle=iso_8601 -c bytea_output=hex -c extra_float_digits=3",
    });
    // A connection that ends while nothing is asked of it says so here; what is asked next fails.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    throw isAppError(error) ? error : new AppError("database_unreachable", { host, detail: describeFailure(error) }, { cause: error });
  }
}

/** Of several addresses that were tried, each has its own reason; the error about all of them has none. */
function describeFailure(error: unknown): string {
  if (error instanceof AggregateError) return describeFailure(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}

/** What went wrong with a query, in the database's own words. */
export function wrapQueryError(error: unknown, { url, seconds }: { url: string; seconds: number }): AppError {
  if (isAppError(error)) return error;
  const detail = describeFailure(error);
  if (!(error instanceof DatabaseError)) return new AppError("database_unreachable", { host: new URL(url).host, detail }, { cause: error });
  // query_canceled, as the statement's own time limit gives it.
  if (error.code === "57014") return new AppError("sql_too_slow", { seconds }, { cause: error });
  return new AppError("sql_invalid", { detail }, { cause: error });
}
