import { z } from "zod";
import * as accounts from "@/lib/contracts/accounts";
import type { Contract } from "@/lib/contracts/contract";
import { errorReply } from "@/lib/contracts/errors";
import * as files from "@/lib/contracts/files";
import * as models from "@/lib/contracts/models";
import * as previews from "@/lib/contracts/previews";
import * as runs from "@/lib/contracts/runs";
import * as system from "@/lib/contracts/system";
import * as tables from "@/lib/contracts/tables";
import * as trainings from "@/lib/contracts/trainings";
import * as tuning from "@/lib/contracts/tuning";
import * as workflows from "@/lib/contracts/workflows";

function isContract(value: unknown): value is Contract {
  return typeof value === "object" && value !== null && "method" in value && "path" in value && "access" in value;
}

/** Every operation of the API, from the same contracts that the routes are bound to. */
export const contracts: Record<string, Contract> = Object.fromEntries(
  [accounts, files, models, previews, runs, system, tables, trainings, tuning, workflows].flatMap((module) => Object.entries(module).filter((entry): entry is [string, Contract] => isContract(entry[1]))),
);

function toSchema(schema: z.ZodType, io: "input" | "output"): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}

function parametersOf(contract: Contract): Record<string, unknown>[] {
  const list = (where: "path" | "query", schema: z.ZodObject | undefined) =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
      name,
      in: where,
      required: where === "path" || !(field as z.ZodType).safeParse(undefined).success,
      schema: toSchema(field as z.ZodType, "input"),
    }));
  return [...list("path", contract.params), ...list("query", contract.query)];
}

function describe(name: string, contract: Contract): Record<string, unknown> {
  const failure = { description: "What went wrong, for people and for scripts", content: { "application/json": { schema: toSchema(errorReply, "output") } } };
  const success = contract.response
    ? { "200": { description: "Done", content: { "application/json": { schema: toSchema(contract.response, "output") } } } }
    : { "2XX": { description: "Done; a file, an event stream or nothing, as the summary says" } };
  return {
    operationId: name,
    summary: contract.summary,
    security: contract.access === "anyone" ? [] : [{ token: [] }, { session: [] }],
    parameters: parametersOf(contract),
    ...(contract.body && { requestBody: { required: true, content: { "application/json": { schema: toSchema(contract.body, "input") } } } }),
    responses: { ...success, default: failure },
  };
}

/** The API as an OpenAPI 3.1 document. */
export function makeOpenApi(version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, contract] of Object.entries(contracts)) (paths[contract.path] ??= {})[contract.method.toLowerCase()] = describe(name, contract);
  return {
    openapi: "3.1.0",
    info: { title: "Reverie", version, description: "Draw an LLM workflow, run it, read every table, train and publish." },
    servers: [{ url: "/api/v1" }],
    paths,
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "An API token from Settings" },
        session: { type: "apiKey", in: "cookie", name: "reverie_session" },
      },
    },
  };
}
