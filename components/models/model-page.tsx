"use client";
import { ChevronLeft } from "lucide-react";
import Link from "next/link";
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { PageFrame } from "@/components/shell/page-frame";
import { Notice } from "@/components/ui/notice";
import { readTraining } from "@/lib/contracts/models";
import { answersPrompts, takesChats, trainedKind } from "@/lib/contracts/trained-kind";
import { LOCAL_CONNECTION } from "@/lib/steps/_sdk/model-ref";
import { comparePath } from "./compare/compare-data";
import { LossPlot } from "./loss-plot";
import { PauseButton } from "./pause-button";
import { nameLocalModel, playgroundPath } from "./playground/playground-path";
import { PromptBox } from "./prompt-box";
import { TrainingResult, TrainingSettings } from "./training-facts";
import { TrainingSamples } from "./training-samples";
import { TrainingNotes } from "./training-notes";
import { TrainingStatus } from "./training-status";

const LIVE_MS = 1_000;

/** A trained model: how its loss fell, what it came to, and a box to prompt it. */
export function ModelPage({ modelId }: { modelId: string }) {
  const t = useTranslations("models");
  const model = useMemo(() => ({ connection: LOCAL_CONNECTION, model: `trained:${modelId}` }), [modelId]);
  const first = useApi(readTraining, { params: { modelId } });
  const isLive = first.data?.state === "running" || first.data?.state === "queued";
  const live = useApi(readTraining, { params: { modelId } }, { enabled: isLive, refreshMs: LIVE_MS });
  const training = live.data ?? first.data;
  if (first.isError) return <PageFrame title={t("title")}><Notice tone="bad">{first.error.message}</Notice></PageFrame>;
  if (!training) return null;
  const kind = trainedKind(training.request);
  const writes = answersPrompts(training.request);
  return (
    <PageFrame
      title={training.name}
      actions={
        <>
          <TrainingStatus training={training} />
          <PauseButton training={training} />
          {training.ready && writes && (
            <Link href={playgroundPath({ left: { connection: LOCAL_CONNECTION, model: nameLocalModel(training.request.base) }, right: model })} className="text-sm text-accent hover:underline">
              {t("compare")}
            </Link>
          )}
          <Link href={comparePath({ models: [modelId] })} className="text-sm text-accent hover:underline">
            {t("comparison.with")}
          </Link>
          <Link href={`/runs/${training.runId}`} className="text-sm text-accent hover:underline">
            {t("toWorkflowRun")}
          </Link>
          <Link href="/models" className="flex items-center gap-0.5 text-sm text-muted hover:text-text">
            <ChevronLeft size={14} aria-hidden />
            {t("toModels")}
          </Link>
        </>
      }
    >
      <div className="grid grid-cols-[minmax(0,1fr)_300px] gap-6">
        <div className="flex min-w-0 flex-col gap-6">
          <section className="rounded border bg-surface p-4">
            <h2 className="mb-2 text-base font-semibold">{t("metrics")}</h2>
            <div className="h-72">
              <LossPlot metrics={training.metrics} />
            </div>
          </section>
          {training.samples && <TrainingSamples samples={training.samples} />}
          {!training.ready && <Notice tone="info">{t("prompt.notReady")}</Notice>}
          {training.ready && writes && <PromptBox model={model} hasSystemPrompt={takesChats(training.request)} />}
          {training.ready && !writes && <Notice tone="info">{t("use", { kind })}</Notice>}
        </div>
        <aside className="flex flex-col gap-5">
          <TrainingNotes training={training} />
          <TrainingResult training={training} />
          <TrainingSettings training={training} />
        </aside>
      </div>
    </PageFrame>
  );
}
