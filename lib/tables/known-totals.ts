import { hash } from "node:crypto";
import type { FilterAst } from "./filter-ast";
import type { TableManifest } from "./table-manifest";

/** Totals of filtered tables, so that only the first page counts. Parts never change, so neither does a total. */
const totals = new Map<string, number>();
const TOTALS_KEPT = 500;

interface FilteredTable {
  dataFolder: string;
  manifest: TableManifest;
  filter?: FilterAst | undefined;
  search?: string | undefined;
  knownTotal?: number | undefined;
}

export interface KnownTotal {
  value: number | undefined;
  remember(total: number): void;
}

/** The total that an earlier page of the same filter found, if it is still kept; the oldest goes first. */
export function findKnownTotal({
  dataFolder,
  manifest,
  filter,
  search,
  knownTotal,
}: FilteredTable): KnownTotal {
  const parts = manifest.parts.map(({ file, bytes }) => [file, bytes]);
  const key = hash(
    "sha256",
    JSON.stringify([dataFolder, parts, filter ?? null, search ?? null]),
  );
  return {
    value: knownTotal ?? totals.get(key),
    remember(total) {
      totals.delete(key);
      totals.set(key, total);
      for (const oldest of totals.keys()) {
        if (totals.size <= TOTALS_KEPT) break;
        totals.delete(oldest);
      }
    },
  };
}
