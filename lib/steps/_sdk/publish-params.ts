import { z } from "zod";
import type { StepProblem } from "./define-step";
import { HUB_LICENCES } from "./hub-licences";

/** The parameters of every step that publishes to the Hub. */
export const publishParams = {
  repo: z.string().max(200).meta({ field: { kind: "text" } }),
  isPrivate: z.boolean().meta({ field: { kind: "switch" } }),
  license: z.string().max(100).trim().toLowerCase().regex(/^[a-z0-9.+-]*$/).meta({ field: { kind: "text" } }),
  licenseName: z.string().max(200).trim().default("").meta({ field: { kind: "text" }, addedLater: true, visibleWhen: { param: "license", is: ["other"] } }),
  licenseLink: z.string().max(1000).trim().regex(/^(https?:\/\/\S+|LICENSE(\.(md|txt))?)?$/).default("").meta({ field: { kind: "text" }, addedLater: true, visibleWhen: { param: "license", is: ["other"] } }),
  branch: z.string().regex(/^(?!\/)(?!.*(\/\/|\.\.|@\{))[\w./-]{1,200}(?<![/.])$/).meta({ field: { kind: "text" }, advanced: true }),
  message: z.string().min(1).max(200).regex(/^[^\r\n]+$/).meta({ field: { kind: "text" }, advanced: true }),
};

/** A licence that the Hub's list does not have is shown there as none. */
export function checkLicence(license: string): StepProblem[] {
  return license === "" || HUB_LICENCES.has(license.trim().toLowerCase()) ? [] : [{ code: "hub_licence_unknown", data: { license }, param: "license" }];
}

export const publishDefaults = { repo: "", isPrivate: true, license: "", licenseName: "", licenseLink: "", branch: "main", message: "Publish from Reverie" };

/** Columns of the one row that a publishing step leaves. */
export const publishedColumns = [
  { name: "repo", type: "text" as const },
  { name: "url", type: "text" as const },
  { name: "commit", type: "text" as const },
  { name: "files", type: "integer" as const },
  { name: "bytes", type: "integer" as const },
];

/** The Hub's own rules for names, so that a wrong one is found before hours of work. */
export function checkRepo(repo: string): StepProblem[] {
  if (repo === "") return [{ code: "param_required", data: { param: "repo" }, param: "repo" }];
  const [owner = "", name = "", ...rest] = repo.split("/");
  const isValid = rest.length === 0 && [owner, name].every(isValidName) && !name.endsWith(".git");
  return isValid ? [] : [{ code: "hub_repo_name", data: { repo }, param: "repo" }];
}

function isValidName(name: string): boolean {
  return /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?$/.test(name) && !name.includes("--") && !name.includes("..");
}
