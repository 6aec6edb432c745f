const formats = [
  /\.parquet$/,
  /\.(jsonl|ndjson)(\.(gz|bz2|zst|xz))?$/,
  /\.json(\.(gz|bz2|zst|xz))?$/,
  /\.csv(\.(gz|bz2|zst|xz))?$/,
  /\.tsv(\.(gz|bz2|zst|xz))?$/,
  /\.txt(\.(gz|bz2|zst|xz))?$/,
];
const packed = /\.(gz|bz2|zst|xz)$/;
const knownSplits =
  "train|training|test|testing|validation|valid|val|dev|eval|evaluation";

/** Data files of a configuration and a split among the files of a data set, in order; empty where there are none. */
export function chooseFiles(
  paths: readonly string[],
  { config, split }: { config: string; split: string },
): string[] {
  for (const format of formats) {
    const data = paths
      .filter(
        (path) =>
          format.test(path) &&
          !/(^|\/)(\.|dataset_infos?\.json$|README)/.test(path),
      )
      .sort();
    const chosen = ofSplit(ofConfig(data, config), split);
    // The same file packed and as it is are the same rows.
    if (chosen.length > 0)
      return chosen.filter((path) => !packed.test(path) || !chosen.includes(path.replace(packed, "")));
  }
  return [];
}

function ofConfig(paths: string[], config: string): string[] {
  if (config !== "")
    return paths.filter(
      (path) =>
        path.split("/").slice(0, -1).includes(config) ||
        path.split("/").at(-1)?.startsWith(`${config}.`),
    );
  const atTop = paths.filter(
    (path) =>
      /^(data\/)?[^/]+$/.test(path) || path.split("/").includes("default"),
  );
  return atTop.length > 0 ? atTop : paths;
}

/** As the Hub reads file names: `train-00000-of-00002`, `train/…`, `data_train.csv`. Without any such name all is `train`. */
function ofSplit(paths: string[], split: string): string[] {
  if (split === "") return paths;
  const escaped = split.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const named = paths.filter((path) =>
    new RegExp(`(^|[/._-])${escaped}([/._-])`).test(path),
  );
  if (named.length > 0) return named;
  const hasSplits = paths.some((path) =>
    new RegExp(`(^|[/._-])(${knownSplits})([/._-])`).test(path),
  );
  return split === "train" && !hasSplits ? paths : [];
}
