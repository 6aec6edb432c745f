import { isPublicHost } from "@/lib/core/public-address";

/**
 * A model's identity as it may leave this machine: no user name or password in a URL, no address that only this network
 * knows, and of a folder only its name, as paths tell about the machine.
 */
export function shareIdentity(identity: unknown): Record<string, unknown> {
  const shared: Record<string, unknown> = { ...(identity as Record<string, unknown>) };
  if (typeof shared.baseUrl === "string") {
    const url = stripUrl(shared.baseUrl);
    if (url === null) delete shared.baseUrl;
    else shared.baseUrl = url;
  }
  if (typeof shared.folder === "string") shared.folder = lastPart(shared.folder);
  return shared;
}

/** The last part of a path, of whichever system. */
export function lastPart(path: string): string {
  return path.split(/[/\\]/).filter((part) => part !== "").at(-1) ?? "";
}

/** A value with the model folders in it named by their last part alone. */
export function sharePaths(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sharePaths);
  if (typeof value !== "object" || value === null) return value;
  const shared: Record<string, unknown> = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sharePaths(inner)]));
  return shared.kind === "folder" && typeof shared.path === "string" ? { ...shared, path: lastPart(shared.path) } : shared;
}

/** An address without what is secret in it; null for one that means something on this network alone. */
function stripUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, host, hostname, pathname } = new URL(text);
  return isPublicHost(hostname) ? `${protocol}//${host}${pathname}` : null;
}

/** A model's identity in words. */
export function describeIdentity(identity: Record<string, unknown>): string {
  const text = (key: string) => (typeof identity[key] === "string" ? identity[key] : null);
  const builtin = text("builtin");
  if (builtin) return `built-in toy model (weights ${builtin.slice(0, 12)})`;
  const trained = text("trained");
  if (trained) return `model trained here (step ${trained.slice(0, 12)})`;
  const hub = text("hub");
  if (hub) return `${hub} from the Hub${text("revision") ? ` at ${text("revision") ?? ""}` : ""}`;
  const folder = text("folder");
  if (folder) return `model folder ${folder} (config ${text("config")?.slice(0, 12) ?? "unknown"})`;
  return `${text("model") ?? "unknown"} at ${text("baseUrl") ?? (text("provider") === null ? "unknown" : `a private server (${text("provider") ?? ""})`)}`;
}
