import { downloadFile } from "@huggingface/hub";
import { findLicenceConflicts, readSourceCard, type HubSource, type SourceCard } from "@/lib/cards/hub-source";
import type { CardRecord } from "@/lib/cards/card-record";
import type { StepNote } from "@/lib/contracts/step-note";
import type { TableContext } from "./step-runner";

const LONGEST_CARD = 1_000_000;
const TIMEOUT_MS = 20_000;

type Context = Pick<TableContext<unknown>, "hub" | "signal">;

/** Reads the cards of the data sets and models of the Hub that something was made from, at the commits that were loaded. `base`: the model whose weights are published, changed. */
export async function readHubSources(context: Context, record: CardRecord, base: string | null): Promise<HubSource[]> {
  const sources: HubSource[] = [];
  for (const { kind, id, revision } of record.hubSources) sources.push({ kind, id, revision, isPart: kind === "dataset" || id === base, card: await readCard(context, { kind, id, revision }) });
  return sources;
}

/** Null for a card that cannot be read: what is published does not wait for it, and says so. */
async function readCard({ hub, signal }: Context, { kind, id, revision }: Pick<HubSource, "kind" | "id" | "revision">): Promise<SourceCard | null> {
  const { endpoint, token } = await hub();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    const blob = await downloadFile({
      hubUrl: endpoint,
      repo: { type: kind, name: id },
      path: "README.md",
      revision: revision ?? "main",
      xet: false,
      ...(token === null ? {} : { accessToken: token }),
      fetch: (input, init) => fetch(input, { ...init, signal: limit }),
    });
    return blob === null ? readSourceCard("") : readSourceCard(await blob.slice(0, LONGEST_CARD).text());
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

/** Says which sources have a licence that may not allow the one that is published. */
export function noteLicences(license: string, sources: readonly HubSource[]): StepNote[] {
  return findLicenceConflicts(license, sources).map(({ id, license: own, reason }) => ({ code: "licence_conflict", data: { id, own, license: license || "no licence", reason }, param: "license" }));
}
