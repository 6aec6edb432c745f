import { ChevronRight } from "lucide-react";
import { useTranslations } from "use-intl";
import { classNames } from "@/components/ui/class-names";
import { useStoredState } from "@/components/ui/use-stored-state";
import { ChunkPreview } from "./chunk-preview";
import { PromptPreview } from "./prompt-preview";

interface StepPreviewProps {
  stepId: string;
  kind: "prompt" | "chunks";
  /** Until a person has chosen; closed where showing it asks a server elsewhere. */
  startsOpen: boolean;
  /** Null while they are not complete. */
  params: Record<string, unknown> | null;
  /** `<fingerprint>/<port>` of the stored results that feed the step, by input port; null where one has not been made. */
  inputs: Record<string, string[]> | null;
}

/** What a step would do first, shown while its settings are changed. */
export function StepPreview({ stepId, kind, startsOpen, params, inputs }: StepPreviewProps) {
  const t = useTranslations("params.preview");
  const [stored, store] = useStoredState(`reverie.preview-${stepId}`);
  const isOpen = stored === null ? startsOpen : stored === "open";
  return (
    <section aria-label={t(kind)} className="flex flex-col gap-2 border-t pt-3">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => {
          store(isOpen ? "closed" : "open");
        }}
        className="flex items-center gap-1 self-start rounded-sm text-sm text-muted hover:text-text"
      >
        <ChevronRight size={14} className={classNames("transition-transform", isOpen && "rotate-90")} aria-hidden />
        {t(kind)}
      </button>
      {isOpen && params === null && <p className="text-xs text-muted">{t("notReady")}</p>}
      {isOpen && params !== null && (kind === "prompt" ? <PromptPreview stepId={stepId} params={params} inputs={inputs} /> : <ChunkPreview stepId={stepId} params={params} />)}
    </section>
  );
}
