import { AppError } from "@/lib/core/app-error";
import type { StepIdentity } from "@/lib/fingerprint/step-identity";
import type { ModelRef } from "@/lib/steps/_sdk/model-ref";
import type { TableManifest } from "@/lib/tables/table-manifest";
import type { SharedResources } from "./resources";
import { findDefinitionOrThrow } from "./step-catalogue";
import { findStepResults, parseInputAddress } from "./step-result";

export interface StepInputs {
  /** By input port, in edge order. */
  tables: Record<string, TableManifest[]>;
  /** By input port, in edge order. */
  models: Record<string, StoredModel[]>;
}

interface StoredModel {
  ref: ModelRef;
  identity: Record<string, unknown>;
}

/** The connected model, of a step that takes one. */
export function findModel({ models }: StepInputs): StoredModel | null {
  return Object.values(models)[0]?.[0] ?? null;
}

/** The table whose rows a row-wise step goes through. Null for a step that makes rows. */
export function findRowTable(stepId: string, inputs: StepInputs): TableManifest | null {
  const port = findDefinitionOrThrow(stepId).inputs.find(({ type, side }) => type === "table" && !side);
  return (port && inputs.tables[port.name]?.[0]) ?? null;
}

/** Rows that a step has to account for: of all tables but those it reads beside. */
export function countRows(stepId: string, inputs: StepInputs): number {
  const ports = findDefinitionOrThrow(stepId).inputs.filter(({ side }) => !side);
  return ports.flatMap(({ name }) => inputs.tables[name] ?? []).reduce((sum, table) => sum + table.rows, 0);
}

/** Opens what a step's identity says it is fed with. Throws `table_missing`, but for a port that takes what is there. */
export async function openInputs(resources: Pick<SharedResources, "database">, identity: Pick<StepIdentity, "inputs" | "step">): Promise<StepInputs> {
  const addresses = Object.entries(identity.inputs).flatMap(([port, list]) => list.map((address) => ({ port, from: parseInputAddress(address) })));
  const results = await findStepResults(resources, [...new Set(addresses.map(({ from }) => from.fingerprint))]);
  const inputs: StepInputs = { tables: {}, models: {} };
  const ports = findDefinitionOrThrow(identity.step).inputs;
  const isPartial = (port: string) => ports.some(({ name, partial }) => name === port && partial === true);
  for (const { port, from } of addresses) {
    const outputs = results.get(from.fingerprint)?.outputs;
    const table = outputs?.tables[from.port];
    const model = outputs?.models[from.port];
    if (table) (inputs.tables[port] ??= []).push(table);
    else if (model) (inputs.models[port] ??= []).push(model);
    else if (!isPartial(port)) throw new AppError("table_missing");
  }
  return inputs;
}
