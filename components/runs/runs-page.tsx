"use client";
import { History } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { formatSeconds } from "@/components/canvas/use-status-words";
import { PageFrame } from "@/components/shell/page-frame";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { listRuns, type RunView } from "@/lib/contracts/runs";
import { RunStateBadge } from "./run-state-badge";
import { RunTotals } from "./run-totals";
import { StepBars } from "./step-bars";
import { useNow } from "./use-now";

const PAGE = 50;
const REFRESH_MS = 5_000;

function RunRow({ run, now }: { run: RunView; now: number }) {
  const format = useFormatter();
  const took = ((run.endedAt ? Date.parse(run.endedAt) : now) - Date.parse(run.createdAt)) / 1000;
  return (
    <tr className="border-b hover:bg-hover">
      <td className="px-3 py-2">
        <Link href={`/runs/${run.id}`} className="font-medium hover:underline">
          {run.name}
        </Link>
      </td>
      <td className="px-3 py-2">
        <RunStateBadge state={run.state} />
      </td>
      <td className="px-3 py-2 whitespace-nowrap text-muted">{format.dateTime(new Date(run.createdAt), { dateStyle: "medium", timeStyle: "short" })}</td>
      <td className="px-3 py-2 whitespace-nowrap text-muted">{formatSeconds(took)}</td>
      <td className="px-3 py-2">
        <StepBars steps={run.steps} />
      </td>
      <td className="px-3 py-2">
        <RunTotals run={run} />
      </td>
    </tr>
  );
}

export function RunsPage() {
  const t = useTranslations("runs");
  const [limit, setLimit] = useState(PAGE);
  const runs = useApi(listRuns, { query: { limit } }, { refreshMs: REFRESH_MS, keepPrevious: true });
  const now = useNow(runs.data?.runs.some((run) => run.endedAt === null) ?? false);
  const heads = ["workflow", "state", "started", "took", "steps", "totals"] as const;
  return (
    <PageFrame title={t("title")}>
      {runs.isError && <Notice tone="bad">{runs.error.message}</Notice>}
      {runs.data?.runs.length === 0 && <EmptyState icon={<History size={22} />} title={t("listEmptyTitle")} text={t("listEmptyText")} />}
      {runs.data && runs.data.runs.length > 0 && (
        <table className="w-full rounded border bg-surface text-sm">
          <thead className="bg-raised text-left text-xs text-muted">
            <tr>
              {heads.map((head) => (
                <th key={head} className="border-b px-3 py-1.5 font-medium">
                  {t(`list.${head}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {runs.data.runs.map((run) => (
              <RunRow key={run.id} run={run} now={now} />
            ))}
          </tbody>
        </table>
      )}
      {runs.data && runs.data.total > runs.data.runs.length && limit < 200 && (
        <Button
          className="self-center"
          onClick={() => {
            setLimit(Math.min(200, limit + PAGE));
          }}
        >
          {t("more")}
        </Button>
      )}
    </PageFrame>
  );
}
