import { AppError } from "@/lib/core/app-error";
import type { StepIdentity } from "@/lib/fingerprint/step-identity";
import type { ModelRef } from "@/lib/steps/_sdk/model-ref";
import type { TableManifest } from "@/lib/tables/table-manifest";
import type { SharedResources } from "./resources";
import { findDefinitionOrThrow } from "./step-catalogue";
import { findStepResults, parseInputAddress } from "./step-result";

export interface StepInputs {
  /** By input port, in edge order. */
  tables: Record<string, Placed<TableManifest>[]>;
  /** By input port, in edge order. */
  models: Record<string, Placed<StoredModel>[]>;
  /** Edges of a port behind which a training was given up, by their places. */
  pruned: Record<string, number[]>;
}

/** `place`: of its edge among those of the port, from 0. A port that takes what is there can lack some. */
type Placed<Thing> = Thing & { place: number };

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
  const addresses = Object.entries(identity.inputs).flatMap(([port, list]) => list.map((address, place) => ({ port, place, from: parseInputAddress(address) })));
  const results = await findStepResults(resources, [...new Set(addresses.map(({ from }) => from.fingerprint))]);
  const inputs: StepInputs = { tables: {}, models: {}, pruned: {} };
  const ports = findDefinitionOrThrow(identity.step).inputs;
  const isPartial = (port: string) => ports.some(({ name, partial }) => name === port && partial === true);
  for (const { port, place, from } of addresses) {
    const outputs = results.get(from.fingerprint)?.outputs;
    const table = outputs?.tables[from.port];
    const model = outputs?.models[from.port];
    if (table) (inputs.tables[port] ??= []).push({ ...table, place });
    else if (model) (inputs.models[port] ??= []).push({ ...model, place });
    else if (outputs?.pruned && isPartial(port)) (inputs.pruned[port] ??= []).push(place);
    else if (!isPartial(port)) throw new AppError("table_missing");
  }
  return inputs;
}
