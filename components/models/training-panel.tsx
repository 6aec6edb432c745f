import { GraduationCap } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { usePlanState } from "@/components/canvas/studio-context";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { listTrainedModels, readTraining } from "@/lib/contracts/models";
import { answersPrompts } from "@/lib/contracts/trained-kind";
import { LossPlot } from "./loss-plot";
import { PauseButton } from "./pause-button";
import { TrainingResult, TrainingSettings } from "./training-facts";
import { TrainingNotes } from "./training-notes";
import { TrainingStatus } from "./training-status";

const LIVE_MS = 1000;

/** The model that a trainer step makes or has made; from an earlier run where this one has none. */
function useModelId(nodeId: string, modelId: string | null): string | null {
  const fingerprint = usePlanState((state) => state.plan.steps.get(nodeId)?.fingerprint ?? null);
  const models = useApi(listTrainedModels, {}, { enabled: modelId === null });
  return modelId ?? models.data?.models.find((model) => model.fingerprint === fingerprint)?.id ?? null;
}

/** A trainer step in the data pane: its loss as it falls. */
export function TrainingPanel({ nodeId, modelId: runModelId }: { nodeId: string; modelId: string | null }) {
  const t = useTranslations("models");
  const modelId = useModelId(nodeId, runModelId);
  const training = useApi(
    readTraining,
    { params: { modelId: modelId ?? "" } },
    { enabled: modelId !== null, refreshMs: LIVE_MS, keepPrevious: true },
  );
  if (modelId === null) return <EmptyState icon={<GraduationCap size={22} />} title={t("notTrained")} text={t("notTrainedText")} />;
  if (training.isError) {
    return (
      <div className="p-3">
        <Notice tone="bad">{training.error.message}</Notice>
      </div>
    );
  }
  if (!training.data) return null;
  return (
    <div className="flex min-w-0 flex-1">
      <div className="min-w-0 flex-1 p-3">
        <LossPlot
          metrics={training.data.metrics}
          head={
            <>
              <TrainingStatus training={training.data} />
              <PauseButton training={training.data} />
              <Link href={`/models/${modelId}`} className="text-sm text-accent hover:underline">
                {training.data.ready && answersPrompts(training.data.request) ? t("openAndPrompt") : t("open")}
              </Link>
            </>
          }
        />
      </div>
      <div className="flex w-72 shrink-0 flex-col gap-4 overflow-auto border-l p-3">
        <TrainingNotes training={training.data} />
        <TrainingResult training={training.data} />
        <TrainingSettings training={training.data} />
      </div>
    </div>
  );
}
