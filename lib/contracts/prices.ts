import { valueNamed } from "@/lib/core/named-values";
import type { ConnectionProvider } from "./models";
import { priceLists, type ListPrice } from "./default-prices";
import { fullBaseUrl, providers, type Provider, type SettingField } from "./providers";

/** What calls in a batch cost, of the list price: at OpenAI and Anthropic alike (platform.openai.com/docs/guides/batch, docs.claude.com/en/docs/build-with-claude/batch-processing). */
export const BATCH_SHARE = 0.5;

/** US dollars a million tokens. */
export interface ModelPrice {
  input: number;
  output: number;
  /** Of prompt tokens that the provider had cached. */
  cachedInput: number;
}

/** A model as it stands on a connection. What is null there is the list price, where there is one. */
export interface PricedModel {
  id: string;
  inputPrice: number | null;
  cachedInputPrice: number | null;
  outputPrice: number | null;
}

export interface PricedConnection {
  provider: ConnectionProvider;
  /** Whole, as calls go to it. */
  baseUrl: string;
  settings: Partial<Record<SettingField, string>>;
  models: readonly PricedModel[];
}

export type FoundPrice = { price: ModelPrice; source: "own" } | { price: ModelPrice; source: "default"; notedOn: string; page: string };

/** A model tuned at OpenAI, and what it was tuned from. */
const TUNED = /^ft:([^:]+):/;
const SNAPSHOT = /-(\d{8}|\d{4}-\d{2}-\d{2})$/;

function isProvider(provider: ConnectionProvider): provider is Provider {
  return Object.hasOwn(providers, provider);
}

function toPrice({ input, cachedInput, output }: ListPrice): ModelPrice {
  return { input, output, cachedInput: cachedInput ?? input };
}

/** The provider's list price; null for a model that is not listed, and at any address but the provider's own. */
export function findListPrice({ provider, baseUrl, settings }: Omit<PricedConnection, "models">, model: string): Extract<FoundPrice, { source: "default" }> | null {
  if (!isProvider(provider) || fullBaseUrl(provider, "", settings) !== baseUrl) return null;
  const list = priceLists[provider];
  const [, base] = TUNED.exec(model) ?? [];
  const prices = base === undefined ? list?.models : list?.tuned;
  const listed = prices?.[base ?? model] ?? prices?.[(base ?? model).replace(SNAPSHOT, "")];
  return list && listed ? { price: toPrice(listed), source: "default", notedOn: list.notedOn, page: list.page } : null;
}

/**
 * What a model costs at a connection: one's own price, or the provider's list price. Null where it is not known: that is
 * not free. A price that was given in part is filled up from the list.
 */
export function findPrice(connection: PricedConnection, model: string): FoundPrice | null {
  const listed = findListPrice(connection, model);
  const own = connection.models.find(({ id }) => id === model);
  if (!own || (own.inputPrice === null && own.outputPrice === null && own.cachedInputPrice === null)) return listed;
  const input = own.inputPrice ?? listed?.price.input;
  const output = own.outputPrice ?? listed?.price.output;
  if (input === undefined || output === undefined) return null;
  const cachedInput = own.cachedInputPrice ?? (own.inputPrice === null ? listed?.price.cachedInput : undefined) ?? input;
  return { price: { input, output, cachedInput }, source: "own" };
}

/** The list price of a million tokens trained on, of a model or of one tuned from it; null where it is not known. */
export function findTrainingPrice({ provider, baseUrl, settings }: Omit<PricedConnection, "models">, model: string): number | null {
  if (!isProvider(provider) || fullBaseUrl(provider, "", settings) !== baseUrl) return null;
  const base = TUNED.exec(model)?.[1] ?? model;
  const tuned = priceLists[provider]?.tuned;
  return (valueNamed(tuned, base) ?? valueNamed(tuned, base.replace(SNAPSHOT, "")))?.training ?? null;
}
