import { AppError } from "@/lib/core/app-error";
import { providerEntry } from "@/lib/contracts/providers";
import type { ModelTarget } from "../endpoint";
import type { CallLimits } from "../send-to";
import { anthropicBatches } from "./anthropic-batches";
import { openAiBatches } from "./openai-batches";

/** A batch as its provider tells of it. */
export interface RemoteBatch {
  /** The provider's. */
  id: string;
  /** `refused`: it was not taken as a whole, and nothing of it was answered. */
  state: "open" | "ended" | "refused";
  /** Requests answered, well or not. */
  done: number;
  expiresAt: Date | null;
  /** Why it was refused. */
  refusal: { detail: string; codes: string } | null;
  /** Files of the provider's that belong to it, and of these the ones with answers. */
  files: string[];
  answers: string[];
}

/** What became of one request. `missed`: it was not answered, and costs nothing. */
export type BatchAnswer = { key: string } & ({ status: number; body: unknown } | { missed: "expired" | "cancelled" | "error"; detail: string });

/** Our batch, written to a file. */
export interface BatchToSend {
  /** Ours, by which it is found again. */
  id: string;
  path: string;
  count: number;
  /** When it was made, by our clock. */
  since: Date;
}

/** A provider's way with batches: one file each. All throw what the provider's answer stands for. */
export interface BatchProtocol {
  /** Of one batch. */
  mostRequests: number;
  mostBytes: number;
  /** What comes before, between and after the requests in the file that is sent. */
  frame: { start: string; between: string; end: string };
  /** One request, as it stands in the file. `key` is 64 hexadecimal digits. */
  write(target: ModelTarget, key: string, body: Record<string, unknown>): string;
  send(target: ModelTarget, batch: BatchToSend, limits: CallLimits): Promise<RemoteBatch>;
  /**
   * A batch that may have been sent by a worker that died before it heard so; null where there is none. `isSure` is false
   * where the provider keeps no mark of ours, and it was found by its time and size among those not in `known`.
   */
  find(target: ModelTarget, batch: Omit<BatchToSend, "path"> & { known: readonly string[] }, limits: CallLimits): Promise<{ batch: RemoteBatch; isSure: boolean } | null>;
  look(target: ModelTarget, id: string, limits: CallLimits): Promise<RemoteBatch>;
  /** The answers of a batch that has ended, one by one, in any order. */
  read(target: ModelTarget, batch: RemoteBatch, take: (answer: BatchAnswer) => Promise<void>, limits: CallLimits): Promise<void>;
  cancel(target: ModelTarget, id: string, limits: CallLimits): Promise<void>;
  /** Removes what the provider keeps of it. */
  forget(target: ModelTarget, batch: RemoteBatch, limits: CallLimits): Promise<void>;
}

/** Throws `model_feature_missing` where the provider takes no batches. */
export function batchesOf({ endpoint }: ModelTarget): BatchProtocol {
  const { capabilities, protocol } = providerEntry(endpoint.provider);
  if (!capabilities.batch) throw new AppError("model_feature_missing", { connection: endpoint.name, feature: "batches" });
  return protocol === "anthropic-messages" ? anthropicBatches : openAiBatches;
}
