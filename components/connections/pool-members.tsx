import { Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { listConnections, POOL_PROVIDER, takesPrompts } from "@/lib/contracts/models";
import type { Draft } from "./connection-draft";

/** The servers of a pool, in their order: the first says what the model is. */
export function PoolMembers({ draft, onChange }: { draft: Draft; onChange: (part: Partial<Draft>) => void }) {
  const t = useTranslations("connections.members");
  const connections = useApi(listConnections, {});
  const servers = (connections.data?.connections ?? []).filter(({ provider }) => provider !== POOL_PROVIDER && takesPrompts(provider));
  const replace = (index: number, part: Partial<Draft["members"][number]>) => {
    onChange({ members: draft.members.map((member, at) => (at === index ? { ...member, ...part } : member)) });
  };
  const free = servers.find(({ id }) => !draft.members.some(({ connection }) => connection === id));
  return (
    <div className="col-span-2 flex flex-col gap-1">
      <span className="text-sm font-medium">{t("title")}</span>
      <p className="text-xs text-muted">{servers.length === 0 ? t("none") : t("hint")}</p>
      {draft.members.map((member, index) => (
        // A server has no identity but its place: the same one may be chosen again while it is changed.
        <div key={index} className="flex gap-1">
          <div className="min-w-0 flex-1">
            <Select
              aria-label={t("connection")}
              value={member.connection}
              options={servers.map(({ id, name, baseUrl }) => ({ value: id, label: `${name} · ${baseUrl}` }))}
              onChange={(connection) => {
                replace(index, { connection });
              }}
            />
          </div>
          <div className="w-56 shrink-0">
            <Input
              aria-label={t("model")}
              placeholder={t("modelHint")}
              value={member.model ?? ""}
              onChange={(event) => {
                replace(index, { model: event.target.value === "" ? null : event.target.value });
              }}
            />
          </div>
          <IconButton label={t("remove", { place: index + 1 })} className="size-8" onClick={() => { onChange({ members: draft.members.filter((_, at) => at !== index) }); }}>
            <X size={14} />
          </IconButton>
        </div>
      ))}
      {free && (
        <Button className="self-start" onClick={() => { onChange({ members: [...draft.members, { connection: free.id, model: null }] }); }}>
          <Plus size={13} aria-hidden />
          {t("add")}
        </Button>
      )}
    </div>
  );
}
