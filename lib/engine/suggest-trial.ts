import { z } from "zod";
import { AppError } from "@/lib/core/app-error";
import type { TrialQuestion } from "@/lib/contracts/trainer";
import type { SharedResources } from "./resources";

const TIMEOUT_MS = 60_000;
const answer = z.object({ point: z.array(z.number()) });

/** Asks the trainer where a sweep's next trial is to be looked for. Throws `trainer_unavailable`. */
export async function suggestTrial({ trainer }: Pick<SharedResources, "trainer">, question: TrialQuestion, signal: AbortSignal): Promise<number[]> {
  if (!trainer) throw new AppError("trainer_unavailable", { detail: "this installation has no trainer" });
  try {
    const response = await fetch(`${trainer.url}/v1/suggest-trial`, {
      method: "POST",
      headers: { authorization: `Bearer ${trainer.token}`, "content-type": "application/json" },
      body: JSON.stringify(question),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(text.slice(0, 500));
    return answer.parse(JSON.parse(text)).point;
  } catch (error) {
    signal.throwIfAborted();
    throw new AppError("trainer_unavailable", { detail: error instanceof Error ? error.message : String(error) }, { cause: error });
  }
}
