import { AppError } from "@/lib/core/app-error";
import type { LocalModelSource } from "@/lib/contracts/model-source";

/** What a local model's name says: weights, and how they are loaded. */
export interface LocalModelName {
  source: LocalModelSource | { kind: "gguf"; path: string };
  /** The options that change what the model answers, without the adapter: `dtype`, `quantisation`. */
  options: Record<string, string>;
  /** Name of the adapter upon the weights, without options. */
  adapter: string | null;
}

/** Where the layers lie; the model is the same one wherever that is. */
const PLACEMENT = "device";

/**
 * Reads a local model's name: `builtin`, `trained:<id>`, `hub:<id>[@<revision>]`, `folder:<path>`, `gguf:<path>`, and behind a
 * question mark how it is loaded, as in `hub:a/b?dtype=bfloat16&quantisation=4bit&device=auto&adapter=hub:c/d`.
 * Throws `model_missing` for a name of another form; whether an option is known is for the trainer to say.
 */
export function readLocalModel(name: string): LocalModelName {
  const mark = name.indexOf("?");
  const options = Object.fromEntries(new URLSearchParams(mark < 0 ? "" : name.slice(mark + 1)));
  const { adapter = null, [PLACEMENT]: _, ...others } = options;
  return { source: readSource(name, mark < 0 ? name : name.slice(0, mark)), options: others, adapter };
}

function readSource(name: string, plain: string): LocalModelName["source"] {
  if (plain === "builtin") return { kind: "builtin" };
  const [kind, rest] = [plain.slice(0, plain.indexOf(":")), plain.slice(plain.indexOf(":") + 1)];
  if (kind === "trained") return { kind, id: rest, folder: `models/${rest}` };
  if (kind === "folder" || kind === "gguf") return { kind, path: rest };
  if (kind === "hub") {
    const at = rest.lastIndexOf("@");
    return at > 0 ? { kind, id: rest.slice(0, at), revision: rest.slice(at + 1) } : { kind, id: rest, revision: null };
  }
  throw new AppError("model_missing", { model: name });
}
