import { z } from "zod";
import { findByApiToken, findBySession, type Person } from "@/lib/accounts/accounts";
import { AppError, isAppError, toAppError } from "@/lib/core/app-error";
import { logger } from "@/lib/core/logger";
import type { Contract } from "@/lib/contracts/contract";
import type { WorkerResources } from "@/lib/engine/resources";
import { appResources } from "./app-resources";

export const SESSION_COOKIE = "reverie_session";
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

export interface RouteInput<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType> {
  resources: WorkerResources;
  request: Request;
  /** Null only where the contract is open to anyone. */
  person: Person | null;
  params: z.output<Params>;
  query: z.output<Query>;
  body: z.output<Body>;
  /** Adds a header to the reply. */
  setHeader: (name: string, value: string) => void;
}

/** A contract without a reply has a handler that returns nothing. */
type Result<Reply extends z.ZodType> = z.input<Reply>;
type NextHandler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

/** Binds a contract to what does it. The one place that checks who asks, where from, and what with. */
export function defineRoute<Params extends z.ZodObject, Query extends z.ZodObject, Body extends z.ZodType, Reply extends z.ZodType>(
  contract: Contract<Params, Query, Body, Reply>,
  handle: (input: RouteInput<Params, Query, Body>) => Promise<Response | Result<Reply>>,
): NextHandler {
  return async (request, context) => {
    try {
      refuseCrossSite(request);
      const resources = await appResources().catch((error: unknown) => {
        throw new AppError("database_unavailable", {}, { cause: error });
      });
      const person = await identify(resources, request);
      authorize(contract, person);
      const headers = new Headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
      const result = await handle({
        resources,
        request,
        person,
        params: parse(contract.params, await context.params, "path") as z.output<Params>,
        query: parse(contract.query, Object.fromEntries(new URL(request.url).searchParams), "query") as z.output<Query>,
        body: (contract.body ? parse(contract.body, await readJson(request), "body") : undefined) as z.output<Body>,
        setHeader: (name, value) => {
          headers.append(name, value);
        },
      });
      if (result instanceof Response) return result;
      if (!contract.response) return new Response(null, { status: 204, headers });
      return Response.json(contract.response.parse(result), { headers });
    } catch (error) {
      return toErrorResponse(error);
    }
  };
}

/**
 * A browser says where a request comes from. One from another site is refused, so that a page elsewhere cannot act with the
 * cookie of a signed-in person; a script with a token sends no such header and needs none.
 */
function refuseCrossSite(request: Request): void {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") throw new AppError("cross_site_request");
  if (request.method === "GET" || request.method === "HEAD") return;
  const origin = request.headers.get("origin");
  if (origin === null) return;
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host");
  if (!URL.canParse(origin) || new URL(origin).host !== host) throw new AppError("cross_site_request");
}

async function identify(resources: WorkerResources, request: Request): Promise<Person | null> {
  const authorization = request.headers.get("authorization");
  if (authorization?.startsWith("Bearer ")) return findByApiToken(resources, authorization.slice(7).trim());
  const secret = readSessionSecret(request);
  return secret ? findBySession(resources, secret) : null;
}

export function readSessionSecret(request: Request): string | null {
  const cookies = (request.headers.get("cookie") ?? "").split(/;\s*/);
  return cookies.find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`))?.slice(SESSION_COOKIE.length + 1) ?? null;
}

function authorize(contract: Pick<Contract, "access">, person: Person | null): void {
  if (contract.access === "anyone") return;
  if (!person) throw new AppError("unauthenticated");
  if (contract.access === "admin" && !person.isAdmin) throw new AppError("forbidden");
}

async function readJson(request: Request): Promise<unknown> {
  if (Number(request.headers.get("content-length") ?? 0) > BODY_LIMIT_BYTES) throw new AppError("body_too_large", { limit: "32 MB" });
  const text = await request.text();
  if (text.length > BODY_LIMIT_BYTES) throw new AppError("body_too_large", { limit: "32 MB" });
  // A form of another site cannot send this type without asking first.
  if (text !== "" && !(request.headers.get("content-type") ?? "").includes("application/json")) {
    throw new AppError("invalid_request", { detail: "send the body as application/json" });
  }
  try {
    return text === "" ? {} : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new AppError("invalid_request", { detail: "the body is not valid JSON" }, { cause: error });
  }
}

function parse(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AppError("invalid_request", { detail: `${where}: ${z.prettifyError(parsed.error)}` }, { cause: parsed.error });
  return parsed.data;
}

/** The one mapping of errors to HTTP. What is not ours is logged whole and told short. */
export function toErrorResponse(error: unknown): Response {
  const known = isAppError(error) ? error : wrapUnknown(error);
  const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  return Response.json({ error: known.toRecord() }, { status: known.status, headers });
}

function wrapUnknown(error: unknown): AppError {
  const code = (error as { code?: string } | null)?.code ?? "";
  // Prisma's and the driver's ways of saying that the server is away.
  if (/^(P1001|P1017|P2024|ECONNREFUSED|ECONNRESET|57P0[123])$/.test(code)) return new AppError("database_unavailable", {}, { cause: error });
  logger.error("request_failed", { detail: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return toAppError(error);
}
