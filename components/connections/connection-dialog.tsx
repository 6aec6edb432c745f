import { useCallback, useState } from "react";
import { useTranslations } from "use-intl";
import { LabelledInput } from "@/components/account/labelled-input";
import { callApi, type ApiInput } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { connectionProvider, createConnection, HUB_PROVIDER, updateConnection, type ConnectionProvider, type ConnectionView } from "@/lib/contracts/models";
import { ModelList, type ListedModel } from "./model-list";

type Body = ApiInput<typeof createConnection>["body"];

interface Draft {
  name: string;
  provider: ConnectionProvider;
  baseUrl: string;
  apiKey: string;
  concurrency: string;
  requestsPerMinute: string;
  tokensPerMinute: string;
  models: ListedModel[];
}

function makeDraft(connection: ConnectionView | null): Draft {
  const limit = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));
  return {
    name: connection?.name ?? "",
    provider: connection?.provider ?? "openai",
    baseUrl: connection?.baseUrl ?? "",
    apiKey: "",
    concurrency: limit(connection?.concurrency ?? 16),
    requestsPerMinute: limit(connection?.requestsPerMinute),
    tokensPerMinute: limit(connection?.tokensPerMinute),
    models: connection?.models ?? [],
  };
}

function makeBody(draft: Draft): Body {
  const whole = (text: string) => (text.trim() === "" ? null : Math.round(Number(text)));
  return {
    name: draft.name,
    provider: draft.provider,
    baseUrl: draft.baseUrl.trim(),
    concurrency: whole(draft.concurrency) ?? 16,
    requestsPerMinute: whole(draft.requestsPerMinute),
    tokensPerMinute: whole(draft.tokensPerMinute),
    models: draft.models.filter((model) => model.id.trim() !== ""),
    // Left out, the stored key stays.
    ...(draft.apiKey === "" ? {} : { apiKey: draft.apiKey }),
  };
}

/** What only a connection that takes prompts has. */
function ModelFields({ draft, onChange }: { draft: Draft; onChange: (part: Partial<Draft>) => void }) {
  const t = useTranslations("connections");
  return (
    <>
      <LabelledInput label={t("fields.concurrency")} inputMode="numeric" value={draft.concurrency} onChange={(concurrency) => { onChange({ concurrency }); }} />
      <div className="grid grid-cols-2 gap-4">
        <LabelledInput label={t("fields.requestsPerMinute")} inputMode="numeric" value={draft.requestsPerMinute} onChange={(requestsPerMinute) => { onChange({ requestsPerMinute }); }} />
        <LabelledInput label={t("fields.tokensPerMinute")} inputMode="numeric" value={draft.tokensPerMinute} onChange={(tokensPerMinute) => { onChange({ tokensPerMinute }); }} />
      </div>
      <div className="col-span-2">
        <ModelList models={draft.models} onChange={(models) => { onChange({ models }); }} />
      </div>
    </>
  );
}

interface ConnectionDialogProps {
  connection: ConnectionView | null;
  onSaved: () => Promise<void>;
  onClose: () => void;
}

export function ConnectionDialog({ connection, onSaved, onClose }: ConnectionDialogProps) {
  const t = useTranslations("connections");
  const tUi = useTranslations("ui");
  const [draft, setDraft] = useState(() => makeDraft(connection));
  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }));
  };
  const isHub = draft.provider === HUB_PROVIDER;
  const save = useAction(
    useCallback(async () => {
      const body = makeBody(draft);
      if (connection) await callApi(updateConnection, { params: { connectionId: connection.id }, body });
      else await callApi(createConnection, { body });
      await onSaved();
      onClose();
    }, [connection, draft, onClose, onSaved]),
  );
  return (
    <Dialog
      open
      wide
      title={connection ? t("editTitle", { name: connection.name }) : t("add")}
      onOpenChange={onClose}
      footer={
        <Button size="md" variant="primary" busy={save.busy} disabled={draft.name.trim() === ""} onClick={save.run}>
          {tUi("save")}
        </Button>
      }
    >
      <div className="grid grid-cols-2 gap-4">
        <LabelledInput label={t("fields.name")} value={draft.name} maxLength={100} onChange={(name) => { change({ name }); }} />
        <div className="flex flex-col gap-1">
          <span className="text-sm font-medium">{t("fields.provider")}</span>
          <Select
            aria-label={t("fields.provider")}
            value={draft.provider}
            options={connectionProvider.options.map((id) => ({ value: id, label: t(`providers.${id}`) }))}
            onChange={(next) => { change({ provider: connectionProvider.parse(next) }); }}
          />
        </div>
        <LabelledInput
          label={t("fields.baseUrl")}
          hint={t("fields.baseUrlHint")}
          value={draft.baseUrl}
          placeholder={draft.provider === "openai-compatible" ? "http://localhost:8000/v1" : ""}
          onChange={(baseUrl) => { change({ baseUrl }); }}
        />
        <LabelledInput
          label={isHub ? t("fields.hubToken") : t("fields.apiKey")}
          hint={connection?.keyHint ? t("fields.apiKeyKept", { hint: connection.keyHint }) : isHub ? t("fields.hubTokenHint") : t("fields.apiKeyHint")}
          type="password"
          autoComplete="off"
          value={draft.apiKey}
          onChange={(apiKey) => { change({ apiKey }); }}
        />
        {!isHub && <ModelFields draft={draft} onChange={change} />}
      </div>
    </Dialog>
  );
}
