import { useId, useState } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { useDocumentState, useStudio, useViewState } from "@/components/canvas/studio-context";
import { ModelField } from "@/components/params/fields/model-field";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast-store";
import { listModels } from "@/lib/contracts/models";
import { canonicalJson } from "@/lib/core/canonical-json";
import { modelRef, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { countModels, modelsOf, replaceModel } from "@/lib/workflow/commands/replace-model";

function ReplaceForm({ onClose }: { onClose: () => void }) {
  const t = useTranslations("studio.replaceModel");
  const { document } = useStudio();
  const workflow = useDocumentState((state) => state.document);
  const selected = useDocumentState((state) => state.nodesById.get(state.selection.nodes[0] ?? ""));
  const models = useApi(listModels, {});
  const fromId = useId();
  const toId = useId();
  const used = countModels(workflow);
  const [from, setFrom] = useState(() => canonicalJson((selected && modelsOf(selected)[0]) ?? used[0]?.model ?? null));
  const [to, setTo] = useState<ModelRef | null>(null);
  const chosen = used.find(({ model }) => canonicalJson(model) === from);
  const labelOf = ({ connection, model }: ModelRef) => models.data?.models.find(({ ref }) => ref.connection === connection && ref.model === model)?.label ?? model;
  const replace = () => {
    if (!chosen || !to) return;
    document.getState().dispatch(replaceModel, { from: chosen.model, to });
    showToast("info", t("done", { steps: chosen.steps, model: labelOf(to) }));
    onClose();
  };
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <label htmlFor={fromId} className="text-sm font-medium">{t("from")}</label>
        <Select id={fromId} value={from} options={used.map(({ model, steps }) => ({ value: canonicalJson(model), label: t("usedModel", { model: labelOf(model), steps }) }))} onChange={setFrom} />
      </div>
      <div className="flex flex-col gap-1">
        <label htmlFor={toId} className="text-sm font-medium">{t("to")}</label>
        <ModelField
          id={toId}
          value={to}
          nullable={false}
          invalid={false}
          describedBy={`${toId}-help`}
          onCommit={(value) => {
            setTo(modelRef.nullable().catch(null).parse(value));
          }}
        />
        <p id={`${toId}-help`} className="text-xs text-muted">{t("help")}</p>
      </div>
      <div className="flex justify-end">
        <Button size="md" variant="primary" disabled={!chosen || !to || canonicalJson(to) === from} onClick={replace}>
          {t("replace", { steps: chosen?.steps ?? 0 })}
        </Button>
      </div>
    </div>
  );
}

/** One model for another in every step of the workflow that uses it. */
export function ReplaceModelDialog() {
  const t = useTranslations("studio.replaceModel");
  const { view } = useStudio();
  const open = useViewState((state) => state.dialog === "replace-model");
  const close = () => {
    view.getState().openDialog(null);
  };
  return (
    <Dialog open={open} title={t("title")} onOpenChange={close}>
      <ReplaceForm onClose={close} />
    </Dialog>
  );
}
