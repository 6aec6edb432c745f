import { z } from "zod";
import { requireTrainingColumns } from "../../_sdk/check-training-columns";
import { defineStep } from "../../_sdk/define-step";
import { modelRef } from "../../_sdk/model-ref";

const column = (visibleWhen: { param: string; is: unknown[] }) => ({ field: { kind: "column", port: "train" }, visibleWhen }) as const;
const columns = { param: "rows", is: ["columns"] };
const supervised = { param: "method", is: ["supervised"] };
const dpo = { param: "method", is: ["dpo"] };

export const definition = defineStep({
  id: "fine-tune-at-provider",
  version: 1,
  category: "train",
  icon: "cloud-cog",
  searchAliases: ["openai", "fine-tuning api", "sft", "dpo", "remote training", "trainopenaifinetune"],
  inputs: [
    { name: "train", type: "table", required: true },
    { name: "validation", type: "table", required: false },
    { name: "model", type: "model", required: false },
  ],
  outputs: () => [{ name: "model", type: "model" }],
  params: z.strictObject({
    model: modelRef.meta({ field: { kind: "model" }, needs: "fineTuning" }),
    method: z.enum(["supervised", "dpo"]).meta({ field: { kind: "select" } }),
    rows: z.enum(["columns", "messages"]).meta({ field: { kind: "select" } }),
    messagesColumn: z.string().meta(column({ param: "rows", is: ["messages"] })),
    promptColumn: z.string().meta(column(columns)),
    completionColumn: z.string().meta(column(supervised)),
    chosenColumn: z.string().meta(column(dpo)),
    rejectedColumn: z.string().meta(column(dpo)),
    systemColumn: z.string().nullable().meta({ ...column(columns), advanced: true }),
    systemPrompt: z.string().max(100_000).meta({ field: { kind: "multiline" } }),
    epochs: z.int().min(1).max(50).nullable().meta({ field: { kind: "integer" } }),
    batchSize: z.int().min(1).max(256).nullable().meta({ field: { kind: "integer" } }),
    learningRateMultiplier: z.number().positive().max(100).nullable().meta({ field: { kind: "number" } }),
    beta: z.number().positive().max(2).nullable().meta({ field: { kind: "number" }, visibleWhen: dpo, advanced: true }),
    suffix: z.string().max(64).regex(/^[\w.-]*$/).meta({ field: { kind: "text" }, advanced: true }),
    seed: z.int().min(0).max(2_147_483_647).meta({ field: { kind: "integer" }, advanced: true }),
    trainingPrice: z.number().min(0).nullable().meta({ field: { kind: "number" }, advanced: true }),
  }),
  defaults: {
    model: { connection: "local", model: "" },
    method: "supervised",
    rows: "columns",
    messagesColumn: "",
    promptColumn: "",
    completionColumn: "",
    chosenColumn: "",
    rejectedColumn: "",
    systemColumn: null,
    systemPrompt: "",
    epochs: null,
    batchSize: null,
    learningRateMultiplier: null,
    beta: null,
    suffix: "",
    seed: 42,
    trainingPrice: null,
  },
  incomplete: ["model", "messagesColumn", "promptColumn", "completionColumn", "chosenColumn", "rejectedColumn"],
  summaryValues: ({ model, method, epochs }) => ({ model: model.model, method, epochs: epochs ?? "auto" }),
  check: ({ params, inputs }) => {
    const { rows, method, messagesColumn, promptColumn, completionColumn, chosenColumn, rejectedColumn, systemColumn } = params;
    const isPairs = method === "dpo";
    return {
      columns: {},
      problems: requireTrainingColumns(inputs, {
        messagesColumn: rows === "messages" ? messagesColumn : null,
        promptColumn: rows === "columns" ? promptColumn : null,
        completionColumn: rows === "columns" && !isPairs ? completionColumn : null,
        chosenColumn: isPairs ? chosenColumn : null,
        rejectedColumn: isPairs ? rejectedColumn : null,
        systemColumn: rows === "columns" ? systemColumn : null,
      }),
    };
  },
  effects: "external",
  resource: "gpu",
  // What it cost is no part of what was made.
  identityExcludes: ["trainingPrice"],
});
