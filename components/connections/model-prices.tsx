import { useState } from "react";
import { useTranslations } from "use-intl";
import { classNames } from "@/components/ui/class-names";
import { Tooltip } from "@/components/ui/tooltip";
import type { ConnectionView } from "@/lib/contracts/models";
import { findPrice } from "@/lib/contracts/prices";
import { usePriceWords } from "./price-words";

const SHOWN = 5;

/** What each model of a connection costs, and whether that is its list price or one's own. */
export function ModelPrices({ connection }: { connection: ConnectionView }) {
  const t = useTranslations("connections.prices");
  const words = usePriceWords();
  const [all, setAll] = useState(false);
  const { models } = connection;
  if (models.length === 0) return null;
  return (
    <ul aria-label={t("title")} className="flex flex-col border-t pt-2 text-sm">
      {(all ? models : models.slice(0, SHOWN)).map(({ id }) => {
        const found = findPrice(connection, id);
        const { line, source, help } = words(found);
        return (
          <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto_6rem] items-baseline gap-3 py-0.5">
            <span className="truncate font-mono text-xs">{id}</span>
            <span className="text-xs text-muted tabular-nums">{found && line}</span>
            <Tooltip content={help}>
              <button type="button" className={classNames("cursor-help justify-self-end text-xs", found ? "text-muted" : "text-warn")}>
                {source}
              </button>
            </Tooltip>
          </li>
        );
      })}
      {models.length > SHOWN && (
        <li>
          <button type="button" aria-expanded={all} className="text-xs text-accent hover:underline" onClick={() => { setAll(!all); }}>
            {all ? t("fewer") : t("all", { count: models.length })}
          </button>
        </li>
      )}
    </ul>
  );
}
