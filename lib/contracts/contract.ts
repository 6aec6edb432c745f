import { z } from "zod";

/** What an operation without path or query parameters takes. */
export const noFields = z.strictObject({});

/** One HTTP operation: what it takes and gives. Routes are bound to it, the browser's client and the OpenAPI document are made from it. */
export interface Contract<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
  Response extends z.ZodType = z.ZodType,
> {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `{name}` for each path parameter, below `/api/v1`. */
  path: string;
  summary: string;
  /** `anyone` only for signing in, setting up and the status page. */
  access: "anyone" | "user" | "admin";
  params?: Params;
  query?: Query;
  body?: Body;
  /** JSON reply; left out where the reply is a file or an event stream. */
  response?: Response;
}

export function defineContract<
  Params extends z.ZodObject = typeof noFields,
  Query extends z.ZodObject = typeof noFields,
  Body extends z.ZodType = z.ZodUndefined,
  Response extends z.ZodType = z.ZodVoid,
>(contract: Contract<Params, Query, Body, Response>): Contract<Params, Query, Body, Response> {
  return contract;
}
