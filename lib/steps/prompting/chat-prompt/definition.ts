import { z } from "zod";
import { inputColumns, requireColumn, requirePlaceholders, requireType } from "../../_sdk/check-helpers";
import { defineStep, type StepProblem } from "../../_sdk/define-step";
import { builtinModel } from "../../_sdk/model-ref";
import { addStepColumns } from "../../_sdk/step-columns";
import { modelParam } from "../../_sdk/param-fields";
import { promptingPorts } from "../../_sdk/prompting-params";
import { samplingExcludes, samplingParams, steadySampling } from "../../_sdk/sampling-params";

export const definition = defineStep({
  id: "chat-prompt",
  version: 3,
  category: "prompting",
  icon: "messages-square",
  searchAliases: ["multi-turn", "conversation", "dialogue", "chat", "turns", "llm"],
  inputs: promptingPorts,
  outputs: () => [{ name: "output", type: "table" }],
  params: z.strictObject({
    model: modelParam,
    conversationColumn: z.string().nullable().meta({ field: { kind: "column", port: "input" } }),
    turns: z.array(z.string().min(1).max(100_000).meta({ field: { kind: "prompt", port: "input" } })).max(50).meta({ field: { kind: "string-list" } }),
    ...samplingParams,
    offerTools: z.boolean().default(true).meta({ field: { kind: "switch" }, advanced: true, addedLater: true }),
    toolsColumn: z.string().nullable().default(null).meta({ field: { kind: "column", port: "input" }, advanced: true, addedLater: true, needs: "tools", visibleWhen: { param: "offerTools", is: [true] } }),
    messagesColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
    replyColumn: z.string().min(1).max(200).meta({ field: { kind: "text" } }),
  }),
  defaults: { model: builtinModel, conversationColumn: null, turns: [], ...steadySampling, offerTools: true, toolsColumn: null, messagesColumn: "messages", replyColumn: "generations" },
  incomplete: ["turns"],
  summaryValues: ({ model, turns }) => ({ model: model.model, turns: turns.length }),
  check(context) {
    const { conversationColumn, turns, toolsColumn, messagesColumn, replyColumn } = context.params;
    const columns = inputColumns(context, "input");
    const missing: StepProblem[] = conversationColumn === null && turns.length === 0 ? [{ code: "param_required", data: { param: "turns" }, param: "turns" }] : [];
    const conversation = conversationColumn === null ? [] : [...requireColumn(columns, conversationColumn, "conversationColumn"), ...requireType(columns, conversationColumn, ["list", "object", "text"], "conversationColumn")];
    const tools = toolsColumn === null ? [] : requireColumn(columns, toolsColumn, "toolsColumn");
    const added = addStepColumns(columns, [
      { name: messagesColumn, type: "messages", param: "messagesColumn" },
      { name: replyColumn, type: "text", param: "replyColumn" },
    ]);
    const places = turns.flatMap((turn) => requirePlaceholders(columns, turn, "turns"));
    return { columns: { output: added.columns }, problems: [...missing, ...conversation, ...tools, ...places, ...added.problems], renamed: added.renamed };
  },
  effects: "external",
  resource: "llm",
  identityExcludes: samplingExcludes,
  preview: "prompt",
});
