"use client";
import { ChevronLeft, X } from "lucide-react";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useMemo } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { PageFrame } from "@/components/shell/page-frame";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { listTrainedModels } from "@/lib/contracts/models";
import { compareTrainings, type ComparedTraining } from "@/lib/contracts/trainings";
import { nameSetting } from "../name-setting";
import { useMetricNames } from "../use-metric-names";
import { comparePath, labelTrainings, listCurves, listDifferences } from "./compare-data";
import { CurvesPlot, lineStyle } from "./curves-plot";

const LIVE_MS = 2_000;

/** Trainings on one plot a metric, and what differs in their settings. Which ones stands in the address. */
export function ComparePage() {
  const t = useTranslations("models.comparison");
  const query = useSearchParams();
  const asked = { models: query.get("models") ?? "", run: query.get("run") ?? "" };
  const compared = useApi(compareTrainings, { query: asked }, { refreshMs: LIVE_MS, keepPrevious: true });
  const trainings = useMemo(() => compared.data?.trainings ?? [], [compared.data]);
  return (
    <PageFrame
      title={t("title")}
      actions={
        <Link href="/models" className="flex items-center gap-0.5 text-sm text-muted hover:text-text">
          <ChevronLeft size={14} aria-hidden />
          {t("toModels")}
        </Link>
      }
    >
      {compared.isError && <Notice tone="bad">{compared.error.message}</Notice>}
      <Legend trainings={trainings} />
      {compared.data && compared.data.total > trainings.length && <Notice tone="info">{t("cut", { shown: trainings.length, total: compared.data.total })}</Notice>}
      <Curves trainings={trainings} />
      {trainings.length > 1 && <Differences trainings={trainings} />}
    </PageFrame>
  );
}

/** Which line is which; a training can be taken out, and another added. */
function Legend({ trainings }: { trainings: ComparedTraining[] }) {
  const t = useTranslations("models.comparison");
  const router = useRouter();
  const labels = labelTrainings(trainings);
  const known = useApi(listTrainedModels, {});
  const ids = trainings.map(({ modelId }) => modelId);
  const others = [...(known.data?.models.map(({ id, name }) => ({ value: id, label: name })) ?? []), ...(known.data?.trainings.map(({ modelId, name }) => ({ value: modelId, label: name })) ?? [])].filter(({ value }) => !ids.includes(value));
  const show = (models: string[]) => {
    router.replace(comparePath({ models }));
  };
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <ul aria-label={t("legend")} className="contents">
        {trainings.map(({ modelId }, place) => (
          <li key={modelId} className="flex items-center gap-1.5 text-sm">
            <Swatch place={place} />
            <Link href={`/models/${modelId}`} className="hover:underline">{labels[place]}</Link>
            <button
              type="button"
              aria-label={t("remove", { name: labels[place] ?? "" })}
              className="rounded-sm p-0.5 text-muted hover:bg-hover"
              onClick={() => {
                show(ids.filter((id) => id !== modelId));
              }}
            >
              <X size={12} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <span className="w-56">
          <Select
            size="sm"
            aria-label={t("add")}
            placeholder={t("add")}
            value=""
            options={others}
            onChange={(modelId) => {
              show([...ids, modelId]);
            }}
          />
        </span>
      )}
    </div>
  );
}

function Swatch({ place }: { place: number }) {
  const { color, dash } = lineStyle(place);
  return (
    <svg width={18} height={8} aria-hidden>
      <line x1={0} y1={4} x2={18} y2={4} strokeWidth={2} strokeDasharray={dash.join(" ")} style={{ stroke: `var(${color})` }} />
    </svg>
  );
}

function Curves({ trainings }: { trainings: ComparedTraining[] }) {
  const t = useTranslations("models.comparison");
  const nameOf = useMetricNames();
  const curves = useMemo(() => listCurves(trainings), [trainings]);
  const labels = useMemo(() => labelTrainings(trainings), [trainings]);
  if (curves.length === 0) return <Notice tone="info">{t("noCurves")}</Notice>;
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(380px,1fr))] gap-4">
      {curves.map((curve) => (
        <CurvesPlot key={`${curve.kind}/${curve.metric}`} curve={curve} labels={labels} title={t("curve", { metric: nameOf(curve.metric), kind: curve.kind })} />
      ))}
    </div>
  );
}

function Differences({ trainings }: { trainings: ComparedTraining[] }) {
  const t = useTranslations("models.comparison");
  const labels = labelTrainings(trainings);
  const differences = listDifferences(trainings);
  if (differences.length === 0) return <Notice tone="info">{t("same")}</Notice>;
  return (
    <section className="overflow-x-auto rounded border bg-surface p-3">
      <h2 className="mb-2 text-base font-semibold">{t("differences")}</h2>
      <table className="text-left text-sm" aria-label={t("differences")}>
        <thead className="text-muted">
          <tr>
            <th className="py-1 pr-6 font-normal">{t("setting")}</th>
            {labels.map((label) => (
              <th key={label} className="py-1 pr-6 font-normal">{label}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {differences.map(({ setting, values }) => (
            <tr key={setting} className="border-t align-top">
              <td className="py-1 pr-6 text-muted">{nameSetting(setting)}</td>
              {values.map((value, place) => (
                <td key={place} className="max-w-72 py-1 pr-6 break-words">{value === null ? "–" : t("setTo", { value })}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
