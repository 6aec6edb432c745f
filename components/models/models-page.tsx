"use client";
import { GraduationCap } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { PageFrame } from "@/components/shell/page-frame";
import { Badge } from "@/components/ui/badge";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { listModels, listTrainedModels } from "@/lib/contracts/models";
import { comparePath } from "./compare/compare-data";
import { trainingTones } from "./training-status";

const REFRESH_MS = 5_000;

function Trainings({ chosen }: { chosen: Chosen }) {
  const t = useTranslations("models");
  const models = useApi(listTrainedModels, {}, { refreshMs: REFRESH_MS });
  const trainings = models.data?.trainings ?? [];
  if (trainings.length === 0) return null;
  return (
    <section aria-label={t("trainings")}>
      <h2 className="mb-2 text-base font-semibold">{t("trainings")}</h2>
      <ul className="divide-y rounded border bg-surface">
        {trainings.map((training) => (
          <li key={training.id} className="flex items-center">
            <Link href={`/models/${training.modelId}`} className="flex flex-1 items-center gap-3 px-3 py-2 hover:bg-hover">
              <span className="flex-1 font-medium">{training.name}</span>
              <Badge tone={trainingTones[training.paused ? "paused" : training.state]}>{t(`status.${training.paused ? "paused" : training.state}`)}</Badge>
            </Link>
            <span className="flex px-3">
              <ChooseBox id={training.modelId} name={training.name} chosen={chosen} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface Chosen {
  ids: ReadonlySet<string>;
  onToggle: (id: string) => void;
}

function ChooseBox({ id, name, chosen }: { id: string; name: string; chosen: Chosen }) {
  const t = useTranslations("models.comparison");
  return (
    <input
      type="checkbox"
      aria-label={t("choose", { name })}
      className="size-4 shrink-0 accent-(--accent)"
      checked={chosen.ids.has(id)}
      onChange={() => {
        chosen.onToggle(id);
      }}
    />
  );
}

function TrainedModels({ chosen }: { chosen: Chosen }) {
  const t = useTranslations("models");
  const format = useFormatter();
  const models = useApi(listTrainedModels, {}, { refreshMs: REFRESH_MS });
  if (models.isError) return <Notice tone="bad">{models.error.message}</Notice>;
  if (!models.data) return null;
  if (models.data.models.length === 0) return <EmptyState icon={<GraduationCap size={22} />} title={t("emptyTitle")} text={t("emptyText")} />;
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(260px,1fr))] gap-3">
      {models.data.models.map((model) => (
        <li key={model.id} className="relative">
          <span className="absolute top-3 right-3 flex">
            <ChooseBox id={model.id} name={model.name} chosen={chosen} />
          </span>
          <Link href={`/models/${model.id}`} className="flex flex-col gap-1 rounded border bg-surface p-3 pr-10 hover:border-line-strong">
            <span className="truncate text-base font-medium">{model.name}</span>
            <span className="text-xs text-muted">
              {t("methodName", { method: model.method })} · {format.dateTime(new Date(model.createdAt), { dateStyle: "medium", timeStyle: "short" })}
            </span>
            {model.result && (
              <span className="text-xs text-muted">
                {t("columns.loss")} {model.result.bestEvalLoss === null ? "–" : format.number(model.result.bestEvalLoss, { maximumSignificantDigits: 4 })} ·{" "}
                {t("columns.rows")} {format.number(model.result.trainRows)}
              </span>
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function PickableModels() {
  const t = useTranslations("models");
  const models = useApi(listModels, {});
  return (
    <section aria-label={t("pickable")}>
      <h2 className="text-base font-semibold">{t("pickable")}</h2>
      <p className="mb-2 text-sm text-muted">{t("pickableText")}</p>
      <ul className="divide-y rounded border bg-surface">
        {models.data?.models.map((model) => (
          <li key={`${model.ref.connection}/${model.ref.model}`} className="flex items-center gap-3 px-3 py-1.5">
            <span className="min-w-0 flex-1 truncate">{model.label}</span>
            <span className="text-xs text-muted">{model.kind === "api" ? model.connection : t(`kind.${model.kind}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ModelsPage() {
  const t = useTranslations("models");
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const chosen: Chosen = {
    ids,
    onToggle: (id) => {
      setIds(ids.has(id) ? new Set([...ids].filter((other) => other !== id)) : new Set([...ids, id]));
    },
  };
  return (
    <PageFrame
      title={t("title")}
      actions={
        ids.size > 0 && (
          <Link href={comparePath({ models: [...ids] })} className="text-sm text-accent hover:underline">
            {t("comparison.chosen", { count: ids.size })}
          </Link>
        )
      }
    >
      <Trainings chosen={chosen} />
      <section aria-label={t("trained")}>
        <h2 className="mb-2 text-base font-semibold">{t("trained")}</h2>
        <TrainedModels chosen={chosen} />
      </section>
      <PickableModels />
    </PageFrame>
  );
}
