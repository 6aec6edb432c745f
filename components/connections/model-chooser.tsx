import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { listConnectionModels } from "@/lib/contracts/models";

const MOST_SHOWN = 100;

function Names({ connectionId, listed, onAdd }: { connectionId: string; listed: string[]; onAdd: (id: string) => void }) {
  const t = useTranslations("connections.modelList");
  const [filter, setFilter] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const { data, error, isPending } = useApi(listConnectionModels, { params: { connectionId } }, { once: true });
  useEffect(() => {
    if (data) box.current?.scrollIntoView({ block: "nearest" });
  }, [data]);
  if (error) return <Notice tone="bad">{error.message}</Notice>;
  if (isPending) return <p className="text-sm text-muted">…</p>;
  if (data.models === null) return <Notice tone="info">{t("noList")}</Notice>;
  const found = data.models.filter((id) => !listed.includes(id) && id.toLowerCase().includes(filter.trim().toLowerCase()));
  return (
    <div ref={box} className="flex flex-col gap-1 rounded border p-2">
      <Input aria-label={t("filter", { count: data.models.length })} placeholder={t("filter", { count: data.models.length })} value={filter} onChange={(event) => { setFilter(event.target.value); }} />
      <ul className="max-h-40 overflow-auto">
        {found.slice(0, MOST_SHOWN).map((id) => (
          <li key={id}>
            <button type="button" aria-label={t("addNamed", { name: id })} className="w-full truncate rounded-sm px-2 py-0.5 text-left font-mono text-sm hover:bg-hover" onClick={() => { onAdd(id); }}>
              {id}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Names from the server's own list, each one click from being listed. Only a stored connection can ask. */
export function ModelChooser({ connectionId, listed, onAdd }: { connectionId: string; listed: string[]; onAdd: (id: string) => void }) {
  const t = useTranslations("connections.modelList");
  const [open, setOpen] = useState(false);
  if (open) return <Names connectionId={connectionId} listed={listed} onAdd={onAdd} />;
  return (
    <Button className="self-start" onClick={() => { setOpen(true); }}>
      {t("choose")}
    </Button>
  );
}
