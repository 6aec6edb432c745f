import { Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import type { ConnectionView } from "@/lib/contracts/models";
import { ModelChooser } from "./model-chooser";

export type ListedModel = ConnectionView["models"][number];

const readPrice = (text: string) => (text.trim() === "" || !Number.isFinite(Number(text)) ? null : Math.max(0, Number(text)));

/** The models of a connection that can be picked, with their prices for the estimate and the ledger. */
export function ModelList({ models, connectionId, onChange }: { models: ListedModel[]; connectionId: string | null; onChange: (models: ListedModel[]) => void }) {
  const t = useTranslations("connections.modelList");
  const replace = (index: number, part: Partial<ListedModel>) => {
    onChange(models.map((model, at) => (at === index ? { ...model, ...part } : model)));
  };
  const add = (id: string) => {
    onChange([...models, { id, inputPrice: null, outputPrice: null }]);
  };
  return (
    <div className="flex flex-col gap-1">
      <span className="text-sm font-medium">{t("title")}</span>
      <p className="text-xs text-muted">{t("hint")}</p>
      {models.map((model, index) => (
        // A model has no identity but its place while its name is typed.
        <div key={index} className="flex gap-1">
          <Input aria-label={t("name")} placeholder={t("name")} value={model.id} onChange={(event) => { replace(index, { id: event.target.value }); }} />
          <div className="w-32 shrink-0">
            <Input
              aria-label={t("inputPrice")}
              placeholder={t("inputPrice")}
              inputMode="decimal"
              defaultValue={model.inputPrice ?? ""}
              onBlur={(event) => { replace(index, { inputPrice: readPrice(event.target.value) }); }}
            />
          </div>
          <div className="w-32 shrink-0">
            <Input
              aria-label={t("outputPrice")}
              placeholder={t("outputPrice")}
              inputMode="decimal"
              defaultValue={model.outputPrice ?? ""}
              onBlur={(event) => { replace(index, { outputPrice: readPrice(event.target.value) }); }}
            />
          </div>
          <IconButton label={t("remove", { name: model.id })} className="size-8" onClick={() => { onChange(models.filter((_, at) => at !== index)); }}>
            <X size={14} />
          </IconButton>
        </div>
      ))}
      <Button className="self-start" onClick={() => { add(""); }}>
        <Plus size={13} aria-hidden />
        {t("add")}
      </Button>
      {connectionId !== null && <ModelChooser connectionId={connectionId} listed={models.map(({ id }) => id)} onAdd={add} />}
    </div>
  );
}
