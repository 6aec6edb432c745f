import { parseDocument } from "yaml";
import { z } from "zod";
import { escapeMarkdown } from "./escape-markdown";
import { fenceText } from "./fence-text";

/** A data set or model of the Hub that something was made from. */
export interface HubSource {
  kind: "dataset" | "model";
  id: string;
  /** The commit that was loaded, if it is known. */
  revision: string | null;
  /** Something of it is in what is published; a model that was only prompted leaves no such part. */
  isPart: boolean;
  /** What its own card says; null if that could not be read. */
  card: SourceCard | null;
}

export interface SourceCard {
  /** Empty if it names none. */
  license: string;
  licenseName: string | null;
  licenseLink: string | null;
  languages: string[];
  citation: string | null;
}

const LONGEST_CITATION = 5000;
const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]).catch([]);
const header = z.object({
  license: texts,
  license_name: z.string().nullable().catch(null),
  license_link: z.string().nullable().catch(null),
  language: texts,
});

/** What the README.md of a source says of its licence, its languages and how to cite it. */
export function readSourceCard(text: string): SourceCard {
  const [, yaml = "", body = text] = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---[ \t]*(?:\r?\n|$)([\s\S]*)$/.exec(text) ?? [];
  const found = header.safeParse(readYaml(yaml)).data;
  return {
    license: (found?.license ?? []).join(", ").trim().toLowerCase(),
    licenseName: found?.license_name ?? null,
    licenseLink: found?.license_link ?? null,
    languages: (found?.language ?? []).filter((language) => /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(language)),
    citation: findCitation(body),
  };
}

/** Members of the header; none of one that is no YAML. */
function readYaml(yaml: string): unknown {
  try {
    return parseDocument(yaml, { logLevel: "silent", uniqueKeys: false }).toJS({ maxAliasCount: 20 }) ?? {};
  } catch {
    return {};
  }
}

/** The first block of BibTeX. */
function findCitation(body: string): string | null {
  for (const [, block = ""] of body.matchAll(/^ {0,3}```[^\n`]*\n([\s\S]*?)^ {0,3}```/gm)) {
    const citation = block.trim();
    if (/^@[a-z]+\s*\{/i.test(citation) && citation.length <= LONGEST_CITATION) return citation;
  }
  return null;
}

/** Licences that ask nothing of what is made from the work. */
const FREE = new Set(["cc0-1.0", "unlicense", "pddl", "wtfpl"]);

export interface LicenceConflict {
  id: string;
  license: string;
  /** What the source's licence asks. */
  reason: "no-derivatives" | "non-commercial" | "share-alike" | "other-licence";
}

/** The sources whose licence does not plainly allow that what is made from them has the licence `license` (empty for none). */
export function findLicenceConflicts(license: string, sources: readonly HubSource[]): LicenceConflict[] {
  return sources.flatMap(({ id, isPart, card }): LicenceConflict[] => {
    const own = card?.license ?? "";
    if (!isPart || own === "" || own === "unknown" || FREE.has(own)) return [];
    if (/-nd(-|$)/.test(own)) return [{ id, license: own, reason: "no-derivatives" }];
    if (own === license) return [];
    if (/-nc(-|$)|noncommercial/.test(own) && !license.includes("-nc")) return [{ id, license: own, reason: "non-commercial" }];
    if (/-sa(-|$)|^a?gpl|^odbl$|^gfdl$/.test(own)) return [{ id, license: own, reason: "share-alike" }];
    return [{ id, license: own, reason: "other-licence" }];
  });
}

const reasons: Record<LicenceConflict["reason"], string> = {
  "no-derivatives": "it allows no derived works",
  "non-commercial": "it allows no commercial use",
  "share-alike": "it asks that derived works keep it",
  "other-licence": "check that it allows another",
};

/** What it was made from, with licences and citations; nothing where that is none of the Hub's. */
export function writeSourcesSection(license: string, sources: readonly HubSource[]): string[] {
  if (sources.length === 0) return [];
  const rows = sources.map(({ kind, id, revision, card }) => [
    kind === "dataset" ? "Data set" : "Model",
    `[${escapeMarkdown(id)}](https://huggingface.co/${kind === "dataset" ? "datasets/" : ""}${id})`,
    revision === null ? "not recorded" : `\`${escapeMarkdown(revision)}\``,
    card === null ? "its card could not be read" : card.license === "" ? "none named" : escapeMarkdown(`${card.license}${card.licenseName === null ? "" : ` (${card.licenseName})`}`),
  ]);
  const table = [["Source", "Name", "Commit", "Licence"], ["---", "---", "---", "---"], ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const conflicts = findLicenceConflicts(license, sources).map(
    (conflict) => `> **Licence:** \`${escapeMarkdown(conflict.id)}\` is under \`${escapeMarkdown(conflict.license)}\`, this under ${license === "" ? "none that is named" : `\`${license}\``}: ${reasons[conflict.reason]}.`,
  );
  const citations = sources.flatMap(({ id, card }) => (card?.citation ? [`Cite \`${escapeMarkdown(id)}\`:\n\n${fenceText(card.citation, "bibtex")}`] : []));
  return ["## Sources", table, "The licences of the sources hold for what is taken from them.", ...conflicts, ...citations];
}

/** The licence that a card names: an identifier of the Hub's list, or empty; what `other` is called, and where it stands. */
export interface CardLicence {
  license: string;
  licenseName?: string;
  licenseLink?: string;
}

/** Members of a card's header that tell the licence. One that is on no list is named as a person names it, or else as its only source of that kind does. */
export function licenceMembers({ license, licenseName = "", licenseLink = "" }: CardLicence, sources: readonly HubSource[]): { license: string | undefined; license_name?: string | undefined; license_link?: string | undefined } {
  if (license !== "other") return { license: license === "" ? undefined : license };
  if (licenseName !== "" || licenseLink !== "") return { license, license_name: licenseName || undefined, license_link: licenseLink || undefined };
  const [card, ...more] = sources.flatMap(({ card }) => (card?.license === "other" ? [card] : []));
  return more.length > 0 ? { license } : { license, license_name: card?.licenseName ?? undefined, license_link: card?.licenseLink ?? undefined };
}

/** Languages of the data sets, in order. */
export function listLanguages(sources: readonly HubSource[]): string[] {
  return [...new Set(sources.flatMap(({ kind, card }) => (kind === "dataset" ? (card?.languages ?? []) : [])))];
}
