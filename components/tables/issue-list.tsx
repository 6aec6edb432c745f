import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { RetryFailedButton } from "@/components/canvas/retry-failed-button";
import { Badge } from "@/components/ui/badge";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { readIssues } from "@/lib/contracts/tables";
import { isErrorCode } from "@/lib/core/error-catalogue";
import { formatError } from "@/lib/core/format-error";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { formatCell } from "./format-cell";

const PAGE_ROWS = 100;

const describe = (error: { code: string; message: string; data: Record<string, unknown> }) =>
  isErrorCode(error.code) ? formatError(error.code, error.data) : error.message;

interface IssueListProps {
  tableId: string;
  kind: "rejected" | "failed";
  isLive: boolean;
}

/** Rows that did not come out, each with its reason. */
export function IssueList({ tableId, kind, isLive }: IssueListProps) {
  const t = useTranslations("data.issues");
  const [offset, setOffset] = useState(0);
  const issues = useApi(
    readIssues,
    { params: { tableId }, query: { kind, offset, limit: PAGE_ROWS } },
    { refreshMs: isLive ? 2000 : false, keepPrevious: true },
  );
  if (issues.isPending) return null;
  if (issues.isError) {
    return (
      <div className="p-3">
        <Notice tone="bad">{issues.error.message}</Notice>
      </div>
    );
  }
  const { total, reasons, issues: rows } = issues.data;
  if (total === 0) return <EmptyState title={t(`${kind}None`)} text={t(`${kind}Text`)} />;
  return (
    <div className="flex h-full min-w-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-2 border-b px-3 py-1.5">
        {reasons.map((reason) => (
          <Badge key={reason.code} tone={kind === "failed" ? "bad" : "warn"}>
            {reason.count} × {reason.code}
          </Badge>
        ))}
        {kind === "failed" && (
          <div className="ml-auto">
            <RetryFailedButton />
          </div>
        )}
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        <table className="w-full text-sm">
          <thead className="sticky top-0 bg-raised text-left text-xs text-muted">
            <tr>
              <th className="w-16 border-b px-3 py-1 text-right font-medium">{t("row")}</th>
              <th className="border-b px-3 py-1 font-medium">{t("reason")}</th>
              <th className="border-b px-3 py-1 font-medium">{t("cells")}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((issue, index) => (
              <tr key={offset + index} className="border-b align-top">
                <td className="px-3 py-1 text-right text-faint">{issue.inputRow === null ? "" : issue.inputRow + 1}</td>
                <td className="px-3 py-1">{describe(issue.error)}</td>
                <td className="max-w-xl truncate px-3 py-1 text-muted">
                  {Object.entries(issue.values ?? {})
                    .map(([name, value]) => `${name}: ${formatCell(value)}`)
                    .join(" · ")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {total > PAGE_ROWS && (
        <div className="flex items-center gap-2 border-t px-3 py-1 text-xs text-muted">
          <Button disabled={offset === 0} onClick={() => { setOffset(Math.max(0, offset - PAGE_ROWS)); }}>
            {t("earlier")}
          </Button>
          {t("range", { from: offset + 1, to: Math.min(total, offset + PAGE_ROWS), total })}
          <Button disabled={offset + PAGE_ROWS >= total} onClick={() => { setOffset(offset + PAGE_ROWS); }}>
            {t("later")}
          </Button>
        </div>
      )}
    </div>
  );
}
