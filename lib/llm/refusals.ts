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
const ZERO = "=0";
const MAX_REMEMBERED = 10_000;

const remembered = new Map<string, Set<string>>();
const none: ReadonlySet<string> = new Set();

const idOf = ({ endpoint, model }: ModelTarget): string => `${endpoint.id}\n${endpoint.baseUrl}\n${model}`;

/** What a model is known to refuse, learned once in this process from its own words. */
export function knownRefusals(target: ModelTarget): ReadonlySet<string> {
  return remembered.get(idOf(target)) ?? none;
}

export function rememberRefusal(target: ModelTarget, path: string): void {
  const id = idOf(target);
  const oldest = remembered.keys().next().value;
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(id, new Set([...(remembered.get(id) ?? []), path]));
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

const toSnake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/**
 * The parameter that an error refuses as such, of those in the body; null where it is about something else, such as a value
 * that is too large. Where two are refused together, the later one.
 */
export function readRefusal({ refusable }: ChatProtocol, body: Body, { detail, codes, param }: ProviderError): string | null {
  const zero = Object.keys(refusable).find((path) => /temperature$/.test(path) && valueAt(body, path) === 0);
  if (zero !== undefined && NOT_ZERO.test(detail) && /temperature/i.test(`${param ?? ""} ${detail}`)) return zero + ZERO;
  if (!REFUSED.test(`${codes} ${detail}`)) return null;
  const sent = Object.keys(refusable).filter((path) => holderOf(body, path) !== null);
  const lastName = (path: string): string => path.slice(path.lastIndexOf(".") + 1);
  const named = sent.find((path) => param !== null && lastName(path) === lastName(param));
  if (named !== undefined) return named;
  return sent.findLast((path) => new RegExp(`\\b(${lastName(path)}|${toSnake(lastName(path))})\\b`).test(detail)) ?? null;
}

/**
 * Leaves out of a body what is refused, or gives it its other name. A temperature of 0 asks for the likeliest reply, so a
 * model that refuses it is asked for the nearest that it takes: 0.001, or by the smallest share of words to choose from.
 */
export function leaveOutRefused({ refusable }: ChatProtocol, body: Body, refused: ReadonlySet<string>): Body {
  for (const path of refused) {
    if (path.endsWith(ZERO)) {
      const zero = holderOf(body, path.slice(0, -ZERO.length));
      if (zero?.holder[zero.name] === 0) zero.holder[zero.name] = NEAR_ZERO;
      continue;
    }
    const found = holderOf(body, path);
    if (!found) continue;
    const { holder, name } = found;
    const value = holder[name];
    Reflect.deleteProperty(holder, name);
    const other = refusable[path];
    if (other && !refused.has(other)) holder[other] = value;
    const share = Object.keys(refusable).find((one) => /(?:^|\.)(?:top_p|topP|p)$/.test(one));
    if (/temperature$/.test(path) && value === 0 && share !== undefined && !refused.has(share)) {
      const shareName = share.slice(share.lastIndexOf(".") + 1);
      holder[shareName] ??= NEAR_ZERO;
    }
  }
  return body;
}
