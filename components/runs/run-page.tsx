"use client";
import { ChevronLeft, Pause, Play, X } from "lucide-react";
import Link from "next/link";
import { useCallback } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { useApi } from "@/components/api/use-api";
import { comparePath } from "@/components/models/compare/compare-data";
import { PageFrame } from "@/components/shell/page-frame";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { cancelRun, pauseRun, readRun, resumeRun, type RunView } from "@/lib/contracts/runs";
import { readIssues } from "@/lib/contracts/tables";
import { RunStateBadge } from "./run-state-badge";
import { RunTotals } from "./run-totals";
import { describeError, StepRunTable } from "./step-run-table";
import { useNow } from "./use-now";

const REFRESH_MS = 1_500;

function describeTarget(t: ReturnType<typeof useTranslations<"runs">>, run: RunView): string {
  const { target } = run;
  const step = target.kind === "all" ? "" : (run.steps.find((other) => other.nodeId === target.nodeId)?.title ?? "");
  const what = t("target", { kind: target.kind, step });
  return run.rowLimit === null ? what : `${what}, ${t("rowLimit", { rows: run.rowLimit })}`;
}

/** Why rows of a step were lost, by cause, with a row as an example. */
function StepFailures({ run, step }: { run: RunView; step: RunView["steps"][number] }) {
  const t = useTranslations("runs");
  const tableId = `run~${run.id}~${step.nodeId}~output`;
  const issues = useApi(readIssues, { params: { tableId }, query: { kind: "failed", limit: 100 } });
  return (
    <li className="flex flex-col gap-1 px-3 py-2">
      <span className="font-medium">{t("failureRows", { rows: step.failed, step: step.title })}</span>
      {issues.data?.reasons.map((reason) => {
        const example = issues.data.issues.find((issue) => issue.error.code === reason.code);
        return (
          <span key={reason.code} className="flex gap-2 text-sm text-muted">
            <Badge tone="bad">{reason.count}</Badge>
            {example ? describeError({ ...example.error }) : reason.code}
          </span>
        );
      })}
    </li>
  );
}

export function RunPage({ runId }: { runId: string }) {
  const t = useTranslations("runs");
  const format = useFormatter();
  const first = useApi(readRun, { params: { runId } });
  const isRunning = first.data?.endedAt === null;
  const live = useApi(readRun, { params: { runId } }, { enabled: isRunning, refreshMs: REFRESH_MS });
  const run = live.data ?? first.data;
  const now = useNow(isRunning);
  const pause = useAction(
    useCallback(async () => {
      await callApi(pauseRun, { params: { runId } });
    }, [runId]),
  );
  const resume = useAction(
    useCallback(async () => {
      await callApi(resumeRun, { params: { runId }, body: {} });
    }, [runId]),
  );
  const cancel = useAction(
    useCallback(async () => {
      await callApi(cancelRun, { params: { runId } });
    }, [runId]),
  );
  if (first.isError) return <PageFrame title={t("title")}><Notice tone="bad">{first.error.message}</Notice></PageFrame>;
  if (!run) return null;
  const failing = run.steps.filter((step) => step.failed > 0);
  return (
    <PageFrame
      title={run.name}
      actions={
        <>
          <Link href="/runs" className="flex items-center gap-0.5 text-sm text-muted hover:text-text">
            <ChevronLeft size={14} aria-hidden />
            {t("toRuns")}
          </Link>
          {run.steps.filter(({ training }) => training !== null).length > 1 && (
            <Link href={comparePath({ run: runId })} className="text-sm text-accent hover:underline">
              {t("compareTrainings")}
            </Link>
          )}
          {run.workflowId && (
            <Link href={`/workflows/${run.workflowId}`} className="text-sm text-accent hover:underline">
              {t("toWorkflow")}
            </Link>
          )}
          {run.state === "running" && (
            <Button busy={pause.busy} onClick={pause.run}>
              <Pause size={14} aria-hidden />
              {t("pause")}
            </Button>
          )}
          {run.state === "paused" && (
            <Button variant="primary" busy={resume.busy} onClick={resume.run}>
              <Play size={14} aria-hidden />
              {t("resume")}
            </Button>
          )}
          {isRunning && (
            <Button busy={cancel.busy || run.state === "cancelling"} onClick={cancel.run}>
              <X size={14} aria-hidden />
              {t("cancel")}
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-wrap items-center gap-3 text-sm text-muted">
        <RunStateBadge state={run.state} />
        {format.dateTime(new Date(run.createdAt), { dateStyle: "medium", timeStyle: "medium" })} · {describeTarget(t, run)}
        {run.budgetMicros !== null && <> · {t("budget", { amount: format.number(run.budgetMicros / 1_000_000, { style: "currency", currency: "USD" }) })}</>}
        <RunTotals run={run} />
      </div>
      {run.error && <Notice tone="bad">{describeError(run.error)}</Notice>}
      <div className="overflow-auto rounded border bg-surface">
        <StepRunTable run={run} now={now} />
      </div>
      {failing.length > 0 && (
        <section>
          <h2 className="mb-2 text-base font-semibold">{t("failures")}</h2>
          <ul className="divide-y rounded border bg-surface">
            {failing.map((step) => (
              <StepFailures key={step.nodeId} run={run} step={step} />
            ))}
          </ul>
        </section>
      )}
    </PageFrame>
  );
}
