import duckdbPackage from "@duckdb/node-api/package.json" with { type: "json" };
import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import { trainingRequest, trainingResult } from "@/lib/contracts/trainer";
import { stepNote, type StepNote } from "@/lib/contracts/step-note";
import type { StepIdentity } from "@/lib/fingerprint/step-identity";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import type { Provenance, ProvenanceStep } from "@/lib/steps/_sdk/provenance";
import { stepDefinitions } from "@/lib/steps/definitions.generated";
import { migrateDocument } from "@/lib/workflow/migrate-document";
import reveriePackage from "@/package.json" with { type: "json" };
import { readChangedCalls } from "./changed-calls";
import type { LeasedChunk } from "./chunk-lease";
import type { SharedResources } from "./resources";
import { parseInputAddress, stepTotals } from "./step-result";

type Resources = Pick<SharedResources, "database">;

interface StepRow {
  fingerprint: string;
  title: string;
  identity: StepIdentity;
  totals: unknown;
  notes: unknown;
  created_at: Date | null;
  card: unknown;
}

const readNotes = (notes: unknown): StepNote[] => z.array(stepNote).safeParse(notes).data ?? [];

/** The commit that a source said it loaded. */
function findCommit(notes: unknown): string | null {
  const said = readNotes(notes).find(({ code }) => code === "hub_commit")?.data.commit;
  return typeof said === "string" ? said : null;
}

const trainingCard = z.object({ request: trainingRequest, result: trainingResult });

/**
 * The steps that led to a step's input, through tables, models and trained models chosen by name, of whatever run made
 * them. Equal steps are listed once.
 */
export async function gatherProvenance(resources: Resources, chunk: Pick<LeasedChunk, "runId" | "nodeId" | "identity">): Promise<Provenance> {
  const { rows } = await resources.database.pool.query<{ document: unknown }>("SELECT document FROM run WHERE id = $1", [chunk.runId]);
  if (!rows[0]) throw new AppError("not_found", { what: "run", id: chunk.runId });
  const found = new Map<string, StepRow>();
  let wanted = findParents(chunk.identity);
  while (wanted.length > 0) {
    const steps = await readSteps(resources, chunk.runId, wanted);
    for (const step of steps) found.set(step.fingerprint, step);
    wanted = [...new Set(steps.flatMap((step) => findParents(step.identity)))].filter((fingerprint) => !found.has(fingerprint));
  }
  return {
    workflow: migrateDocument(rows[0].document),
    nodeId: chunk.nodeId,
    steps: sortParentsFirst(chunk.identity, found).map(describeStep),
    software: { reverie: reveriePackage.version, duckdb: duckdbPackage.version, node: process.versions.node },
  };
}

/** Fingerprints of the steps whose tables, models or trained weights go into a step. */
function findParents(identity: Pick<StepIdentity, "inputs" | "models">): string[] {
  const fed = Object.values(identity.inputs).flat().map((address) => parseInputAddress(address).fingerprint);
  const trained = Object.values(identity.models).flatMap((model) => {
    const fingerprint = (model as { trained?: unknown }).trained;
    return typeof fingerprint === "string" ? [fingerprint] : [];
  });
  return [...new Set([...fed, ...trained])];
}

/** Of the steps with these fingerprints, those of this run first, for their titles. */
async function readSteps(resources: Resources, runId: string, fingerprints: string[]): Promise<StepRow[]> {
  const { rows } = await resources.database.pool.query<StepRow>(
    `SELECT DISTINCT ON (s.fingerprint) s.fingerprint, s.title, s.identity, r.totals, r.outputs->'notes' AS notes, r.created_at, t.card
     FROM step_run s LEFT JOIN step_result r ON r.fingerprint = s.fingerprint LEFT JOIN trained_model t ON t.fingerprint = s.fingerprint
     WHERE s.fingerprint = ANY($1) AND s.state <> 'skipped' ORDER BY s.fingerprint, (s.run_id = $2) DESC, s.created_at DESC, s.id`,
    [fingerprints, runId],
  );
  return rows;
}

function sortParentsFirst(identity: StepIdentity, found: Map<string, StepRow>): StepRow[] {
  const sorted = new Map<string, StepRow>();
  const visit = (fingerprint: string): void => {
    const step = found.get(fingerprint);
    if (!step || sorted.has(fingerprint)) return;
    for (const parent of findParents(step.identity)) visit(parent);
    sorted.set(fingerprint, step);
  };
  for (const fingerprint of findParents(identity)) visit(fingerprint);
  return [...sorted.values()];
}

function describeStep({ fingerprint, title, identity, totals, notes, created_at, card }: StepRow): ProvenanceStep {
  const definition = (stepDefinitions as Record<string, AnyStepDefinition>)[identity.step];
  const params = definition ? listParams(definition.params) : [];
  return {
    fingerprint,
    step: identity.step,
    version: identity.version,
    title,
    params: identity.params,
    prompts: params.filter(({ meta }) => meta.field?.kind === "prompt" || meta.field?.kind === "multiline").map(({ name }) => name),
    models: identity.models,
    inputs: identity.inputs,
    isPrompting: definition?.resource === "llm",
    rowLimit: identity.rowLimit,
    totals: totals === null ? null : stepTotals.parse(totals),
    madeAt: created_at?.toISOString() ?? null,
    commit: findCommit(notes),
    sentOtherwise: readChangedCalls(readNotes(notes)),
    training: card === null ? null : (trainingCard.safeParse(card).data ?? null),
  };
}
