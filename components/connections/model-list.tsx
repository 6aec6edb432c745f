import { Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { Tooltip } from "@/components/ui/tooltip";
import type { ConnectionView } from "@/lib/contracts/models";
import { publishedOutput } from "@/lib/contracts/model-contexts";
import { findListPrice, findPrice, type PricedConnection } from "@/lib/contracts/prices";
import { ModelChooser } from "./model-chooser";
import { usePriceWords } from "./price-words";

export type ListedModel = ConnectionView["models"][number];

const prices = [
  { field: "inputPrice", part: "input" },
  { field: "cachedInputPrice", part: "cachedInput" },
  { field: "outputPrice", part: "output" },
] as const;

const columns = "grid grid-cols-[minmax(0,1fr)_5rem_5rem_5rem_4.5rem_5.5rem_5.5rem_2rem] items-center gap-x-1 gap-y-1";
const readPrice = (text: string) => (text.trim() === "" || !Number.isFinite(Number(text)) ? null : Math.max(0, Number(text)));

const readCount = (text: string) => (/^\s*[1-9]\d*\s*$/.test(text) ? Number(text) : null);

interface ModelRowProps {
  model: ListedModel;
  connection: PricedConnection;
  /** Tokens that it takes, as its server said. */
  context: number | undefined;
  onChange: (part: Partial<ListedModel>) => void;
  onRemove: () => void;
}

function ModelRow({ model, connection, context, onChange, onRemove }: ModelRowProps) {
  const t = useTranslations("connections.modelList");
  const listed = findListPrice(connection, model.id);
  const found = findPrice(connection, model.id);
  const words = usePriceWords()(found);
  // What holds while the field is empty: cached input follows one's own price of input before the list's.
  const usual = (part: (typeof prices)[number]["part"]) => String((part === "cachedInput" && model.inputPrice !== null ? model.inputPrice : listed?.price[part]) ?? "");
  return (
    <div className={columns}>
      <Input aria-label={t("name")} placeholder={t("name")} value={model.id} onChange={(event) => { onChange({ id: event.target.value }); }} />
      {prices.map(({ field, part }) => (
        <Input
          key={field}
          aria-label={t(field)}
          placeholder={usual(part)}
          inputMode="decimal"
          className="text-right tabular-nums"
          defaultValue={model[field] ?? ""}
          onBlur={(event) => { onChange({ [field]: readPrice(event.target.value) }); }}
        />
      ))}
      <Tooltip content={words.help}>
        <button type="button" className={classNames("cursor-help truncate px-1 text-left text-xs", found ? "text-muted" : "text-warn")}>
          {words.source}
        </button>
      </Tooltip>
      <Input
        aria-label={t("contextTokens")}
        placeholder={context === undefined ? "" : String(context)}
        inputMode="numeric"
        className="text-right tabular-nums"
        defaultValue={model.contextTokens ?? ""}
        onBlur={(event) => { onChange({ contextTokens: readCount(event.target.value) }); }}
      />
      <Input
        aria-label={t("outputTokens")}
        placeholder={String(publishedOutput(connection, model.id) ?? "")}
        inputMode="numeric"
        className="text-right tabular-nums"
        defaultValue={model.outputTokens ?? ""}
        onBlur={(event) => { onChange({ outputTokens: readCount(event.target.value) }); }}
      />
      <IconButton label={t("remove", { name: model.id })} className="size-8" onClick={onRemove}>
        <X size={14} />
      </IconButton>
    </div>
  );
}

interface ModelListProps {
  /** Provider, address and settings as they are typed. */
  connection: PricedConnection & { models: ListedModel[] };
  connectionId: string | null;
  /** Tokens that each model takes, as its server said. */
  contexts: Readonly<Record<string, number>>;
  onChange: (models: ListedModel[]) => void;
}

/** The models of a connection that can be picked, with their prices for the estimate and the ledger. */
export function ModelList({ connection, connectionId, contexts, onChange }: ModelListProps) {
  const t = useTranslations("connections.modelList");
  const models: ListedModel[] = connection.models;
  const add = (id: string) => {
    onChange([...models, { id, inputPrice: null, cachedInputPrice: null, outputPrice: null, contextTokens: null, outputTokens: null }]);
  };
  return (
    <div className="flex flex-col gap-1">
      <span className="text-sm font-medium">{t("title")}</span>
      <p className="text-xs text-muted">{t("hint")}</p>
      {models.length > 0 && (
        <div className={classNames(columns, "text-xs text-muted")} aria-hidden>
          <span>{t("name")}</span>
          {prices.map(({ field }) => (
            <span key={field} className="pr-2 text-right">{t(`short.${field}`)}</span>
          ))}
          <span />
          <span className="pr-2 text-right">{t("short.contextTokens")}</span>
          <span className="pr-2 text-right">{t("short.outputTokens")}</span>
        </div>
      )}
      {models.map((model, index) => (
        // A model has no identity but its place while its name is typed.
        <ModelRow
          key={index}
          model={model}
          connection={connection}
          context={contexts[model.id]}
          onChange={(part) => { onChange(models.map((other, at) => (at === index ? { ...other, ...part } : other))); }}
          onRemove={() => { onChange(models.filter((_, at) => at !== index)); }}
        />
      ))}
      <Button className="self-start" onClick={() => { add(""); }}>
        <Plus size={13} aria-hidden />
        {t("add")}
      </Button>
      {connectionId !== null && <ModelChooser connectionId={connectionId} listed={models.map(({ id }) => id)} onAdd={add} />}
    </div>
  );
}
