import { z } from "zod";
import { exportFormats, exportPrecisions } from "@/lib/contracts/model-export";
import { defineStep } from "../../_sdk/define-step";
import { baseModelDefault, baseModelParam, requireTrainable } from "../../_sdk/training-params";

export const definition = defineStep({
  id: "export-model",
  version: 1,
  category: "out",
  icon: "package-check",
  searchAliases: ["merge", "adapter", "lora", "safetensors", "onnx", "gguf", "llama.cpp", "ollama", "convert", "download"],
  inputs: [{ name: "model", type: "model", required: false }],
  outputs: ({ format }) => (format === "onnx" ? [] : [{ name: "model", type: "model" }]),
  params: z.strictObject({
    ...baseModelParam,
    format: z.enum(exportFormats).meta({ field: { kind: "select" } }),
    precision: z.enum(exportPrecisions).meta({ field: { kind: "select" }, visibleWhen: { param: "format", is: ["merged", "gguf"] } }),
  }),
  defaults: { ...baseModelDefault, format: "merged", precision: "auto" },
  summaryValues: ({ format, precision }) => ({ format, precision }),
  check: ({ params }) => ({ columns: {}, problems: requireTrainable(params.model) }),
  effects: "pure",
  resource: "cpu",
});
