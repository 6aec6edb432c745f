import { LEFT_OUT, type ChangedValue } from "@/lib/contracts/changed-values";
import type { ModelTarget } from "./endpoint";
import type { ProviderError } from "./providers/describe-status";
import type { ChatProtocol } from "./providers/protocol";

type Body = Record<string, unknown>;

const REFUSED =
  /unsupported|not support|n't support|unrecogni[sz]ed|unknown (name|parameter|field|argument)|cannot find field|unexpected|extra (inputs|fields)|not (permitted|allowed)|cannot (both )?be (specified|used|set)|deprecated|only the default|invalid parameter/i;
/** Words that refuse the value 0, not the parameter. */
const NOT_ZERO = /greater than (?:or equal to )?0|> ?0(?![.\d]*\d)|(?:strictly )?positive|non-?zero|must not be (?:0|zero)|at least 0\.0*[1-9]|minimum (?:of|is) 0\.0*[1-9]/i;
/** The value nearest to 0 that servers take which refuse 0. */
const NEAR_ZERO = 0.001;
const MAX_REMEMBERED = 10_000;
const QUOTE_LENGTH = 300;

/** By what is refused: a path, or a path and the one value of it that is; the words it was refused with. */
const remembered = new Map<string, Map<string, string>>();
const none: ReadonlyMap<string, string> = new Map();

const idOf = ({ endpoint, model }: ModelTarget): string => `${endpoint.id}\n${endpoint.baseUrl}\n${model}`;

/** What a model is known to refuse, learned once in this process from its own words, which are the values. */
export function knownRefusals(target: ModelTarget): ReadonlyMap<string, string> {
  return remembered.get(idOf(target)) ?? none;
}

export function rememberRefusal(target: ModelTarget, refusal: string, words: string): void {
  const id = idOf(target);
  const oldest = remembered.keys().next().value;
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(id, new Map([...(remembered.get(id) ?? []), [refusal, words.slice(0, QUOTE_LENGTH)]]));
}

function holderOf(body: Body, path: string): { holder: Body; name: string } | null {
  const names = path.split(".");
  const name = names.pop() ?? "";
  let holder: unknown = body;
  for (const step of names) holder = (holder as Body | undefined)?.[step];
  return typeof holder === "object" && holder !== null && name in holder ? { holder: holder as Body, name } : null;
}

function valueAt(body: Body, path: string): unknown {
  const found = holderOf(body, path);
  return found?.holder[found.name];
}

const lastName = (path: string): string => path.slice(path.lastIndexOf(".") + 1);
const toSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** An amount of thinking that is none is refused by models that always think, which take the others. */
const NO_EFFORT = "none";

/**
 * The parameter that an error refuses as such, of those in the body, or `path=value` where it is that value; null where it is
 * about something else, such as a value that is too large. Where two are refused together, the later one.
 */
export function readRefusal({ refusable }: ChatProtocol, body: Body, { detail, codes, param }: ProviderError): string | null {
  const zero = Object.keys(refusable).find((path) => /temperature$/.test(path) && valueAt(body, path) === 0);
  if (zero !== undefined && NOT_ZERO.test(detail) && /temperature/i.test(`${param ?? ""} ${detail}`)) return `${zero}=0`;
  if (!REFUSED.test(`${codes} ${detail}`)) return null;
  const sent = Object.keys(refusable).filter((path) => holderOf(body, path) !== null);
  const named = sent.find((path) => param !== null && lastName(path) === lastName(param)) ?? sent.findLast((path) => new RegExp(`\\b(${lastName(path)}|${toSnake(lastName(path))})\\b`).test(detail));
  if (named === undefined) return null;
  return valueAt(body, named) === NO_EFFORT && /\bnone\b/i.test(detail) ? `${named}=${NO_EFFORT}` : named;
}

/** Values whose loss changes no reply: where to stop is seen to here, and a schema is handed over in another way. */
const UNCHANGED = new Set(["stop", "stop_sequences", "stopSequences", "output_config"]);
const commonNames: Record<string, string> = {
  ...{ topP: "top_p", p: "top_p", random_seed: "seed", reasoning_effort: "thinking", reasoning: "thinking", thinkingConfig: "thinking" },
  ...{ max_completion_tokens: "max_tokens", max_output_tokens: "max_tokens" },
};

const write = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

/**
 * Leaves out of a body what is refused, or gives it its other name. A temperature of 0 asks for the likeliest reply, so a
 * model that refuses it is asked for the nearest that it takes: 0.001, or by the smallest share of words to choose from.
 * `tell` hears of each value that is not sent as it was set.
 */
export function leaveOutRefused({ refusable }: Pick<ChatProtocol, "refusable">, body: Body, refused: ReadonlyMap<string, string>, tell: (changed: ChangedValue) => void): Body {
  for (const refusal of refused.keys()) {
    const [path = "", only] = refusal.split("=");
    const found = holderOf(body, path);
    if (!found || (only !== undefined && write(found.holder[found.name]) !== only)) continue;
    const { holder, name } = found;
    const value = holder[name];
    const common = commonNames[name] ?? name;
    const isZero = /temperature$/.test(path) && value === 0;
    if (isZero && only !== undefined) {
      holder[name] = NEAR_ZERO;
      tell({ name: common, asked: "0", sentAs: common, sent: String(NEAR_ZERO) });
      continue;
    }
    Reflect.deleteProperty(holder, name);
    const other = refusable[path];
    if (other && !refused.has(other)) {
      holder[other] = value;
      continue;
    }
    const share = isZero ? Object.keys(refusable).find((one) => /(?:^|\.)(?:top_p|topP|p)$/.test(one)) : undefined;
    if (share !== undefined && !refused.has(share) && holder[lastName(share)] === undefined) {
      holder[lastName(share)] = NEAR_ZERO;
      tell({ name: common, asked: "0", sentAs: "top_p", sent: String(NEAR_ZERO) });
    } else if (!UNCHANGED.has(name)) tell({ name: common, asked: write(value), sentAs: common, sent: LEFT_OUT });
  }
  return body;
}
