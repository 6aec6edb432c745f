import { AppError } from "@/lib/core/app-error";
import type { StepRunner } from "../../_sdk/step-runner";
import { compareTexts, measures } from "./compare-texts";
import type { definition } from "./definition";

export const run: StepRunner<typeof definition> = {
  kind: "rows",
  readColumns: ({ text, reference }) => [...new Set([text, reference])],
  newColumns: () => measures.map((name) => ({ name, type: "number" })),
  model: () => null,
  sampling: () => ({ temperature: null, topP: null, maxTokens: null, stop: [], seed: null }),
  processRow(row, { params }) {
    const reference = row[params.reference];
    const text = row[params.text];
    if (typeof reference !== "string" || typeof text !== "string") return Promise.resolve({ rejected: { code: "row_unlabelled", data: { column: typeof text === "string" ? params.reference : params.text } }, call: null });
    try {
      return Promise.resolve({ rows: [{ values: { ...compareTexts(text, reference, params.caseSensitive) }, call: null }] });
    } catch (error) {
      // The library's own bound on what it compares.
      if (error instanceof RangeError) throw new AppError("text_too_long", { detail: error.message });
      throw error;
    }
  },
};
