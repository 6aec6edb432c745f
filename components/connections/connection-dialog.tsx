import { useCallback, useState } from "react";
import { useTranslations } from "use-intl";
import { LabelledInput } from "@/components/account/labelled-input";
import { callApi } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { createConnection, POOL_PROVIDER, takesPrompts, updateConnection, type ConnectionView } from "@/lib/contracts/models";
import { completeAddress, makeBody, makeDraft, ownBaseUrl, type Draft } from "./connection-draft";
import { CredentialFields } from "./credential-fields";
import { ModelList } from "./model-list";
import { PoolMembers } from "./pool-members";
import { ProviderPicker } from "./provider-picker";

/** What only a connection that takes prompts has; a pool's limits are those of its servers. */
function ModelFields({ draft, connection, onChange }: { draft: Draft; connection: ConnectionView | null; onChange: (part: Partial<Draft>) => void }) {
  const t = useTranslations("connections");
  return (
    <>
      {draft.provider !== POOL_PROVIDER && (
        <div className="col-span-2 grid grid-cols-3 gap-4">
          <LabelledInput label={t("fields.concurrency")} inputMode="numeric" value={draft.concurrency} onChange={(concurrency) => { onChange({ concurrency }); }} />
          <LabelledInput label={t("fields.requestsPerMinute")} inputMode="numeric" value={draft.requestsPerMinute} onChange={(requestsPerMinute) => { onChange({ requestsPerMinute }); }} />
          <LabelledInput label={t("fields.tokensPerMinute")} inputMode="numeric" value={draft.tokensPerMinute} onChange={(tokensPerMinute) => { onChange({ tokensPerMinute }); }} />
        </div>
      )}
      <div className="col-span-2">
        <ModelList connection={{ ...draft, baseUrl: completeAddress(draft.provider, draft.baseUrl).replace(/\/+$/, "") || ownBaseUrl(draft.provider, draft.settings) }} connectionId={connection?.id ?? null} contexts={connection?.contexts ?? {}} onChange={(models) => { onChange({ models }); }} />
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
        <ProviderPicker value={draft.provider} onChange={(provider) => { change({ provider, baseUrl: "", settings: {}, secrets: {} }); }} />
        <p className="col-span-2 -mt-2 text-sm text-muted">{t(`providerHelp.${draft.provider}`)}</p>
        <CredentialFields draft={draft} connection={connection} onChange={change} />
        {draft.provider === POOL_PROVIDER && <PoolMembers draft={draft} onChange={change} />}
        {takesPrompts(draft.provider) && <ModelFields draft={draft} connection={connection} onChange={change} />}
      </div>
    </Dialog>
  );
}
