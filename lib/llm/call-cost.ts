import type { ModelPrice } from "@/lib/contracts/prices";
import type { TokenUsage } from "./chat";

/** What a call cost, in millionths of a US dollar; 0 where no price is known. `share` is the part of the list price that is paid. */
export function costOfCall({ promptTokens, cachedTokens, completionTokens }: TokenUsage, price: ModelPrice | undefined, share = 1): number {
  // Dollars a million tokens is millionths of a dollar a token.
  return price ? Math.round(share * ((promptTokens - cachedTokens) * price.input + cachedTokens * price.cachedInput + completionTokens * price.output)) : 0;
}
