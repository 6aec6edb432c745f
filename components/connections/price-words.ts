import { useFormatter, useTranslations } from "use-intl";
import type { FoundPrice } from "@/lib/contracts/prices";

export interface PriceWords {
  /** Short, for a column. */
  source: string;
  /** The prices in one line; the same as `source` where there is none. */
  line: string;
  /** Where the price is from. */
  help: string;
}

/** How a price and where it is from are said. */
export function usePriceWords(): (found: FoundPrice | null) => PriceWords {
  const t = useTranslations("connections.prices");
  const format = useFormatter();
  const dollars = (amount: number) => format.number(amount, { style: "currency", currency: "USD", maximumFractionDigits: 4 });
  return (found) => {
    if (!found) return { source: t("none"), line: t("none"), help: t("noneHelp") };
    const { price } = found;
    const line = t("line", { input: dollars(price.input), cachedInput: dollars(price.cachedInput), output: dollars(price.output) });
    if (found.source === "own") return { source: t("own"), line, help: t("ownHelp") };
    return { source: t("default"), line, help: t("defaultHelp", { date: format.dateTime(new Date(found.notedOn), { dateStyle: "long", timeZone: "UTC" }), page: found.page }) };
  };
}
