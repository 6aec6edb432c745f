import { Cpu } from "lucide-react";
import { useTranslations } from "use-intl";
import { callApi, type ApiReply } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { apiKey, useApi } from "@/components/api/use-api";
import { Button } from "@/components/ui/button";
import { createConnection, listLocalServers } from "@/lib/contracts/models";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";

type LocalServer = ApiReply<typeof listLocalServers>["servers"][number];
const REFRESH_MS = 15_000;

function Offer({ server, onAdded }: { server: LocalServer; onAdded: () => Promise<void> }) {
  const t = useTranslations("connections.local");
  const queries = useQueryClient();
  const { title, provider, baseUrl, models } = server;
  const add = useAction(
    useCallback(async () => {
      const listed = models.map((id) => ({ id, inputPrice: 0, outputPrice: 0 }));
      await callApi(createConnection, { body: { name: t("nameOf", { title }), provider, baseUrl, models: listed } });
      await queries.invalidateQueries({ queryKey: apiKey(listLocalServers) });
      await onAdded();
    }, [baseUrl, models, onAdded, provider, queries, t, title]),
  );
  return (
    <li className="flex items-center gap-3 rounded border border-dashed border-line-strong px-4 py-3">
      <Cpu size={18} className="shrink-0 text-accent" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="text-base font-medium">{t("title", { title })}</p>
        <p className="truncate text-sm text-muted">{t("text", { url: baseUrl, count: models.length })}</p>
      </div>
      <Button busy={add.busy} onClick={add.run}>
        {t("add")}
      </Button>
    </li>
  );
}

/** Servers of models that answer on this machine, each one click from use. */
export function LocalServers({ onAdded }: { onAdded: () => Promise<void> }) {
  const { data } = useApi(listLocalServers, {}, { refreshMs: REFRESH_MS });
  if (!data || data.servers.length === 0) return null;
  return (
    <ul className="flex flex-col gap-3">
      {data.servers.map((server) => (
        <Offer key={server.baseUrl} server={server} onAdded={onAdded} />
      ))}
    </ul>
  );
}
