import { Download, FileOutput } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import { makeApiUrl } from "@/components/api/make-api-url";
import { useApi } from "@/components/api/use-api";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { downloadKeptFile, readResult } from "@/lib/contracts/tables";

/** The files that a step made, to download. */
export function ResultFiles({ step, fingerprint }: { step: string; fingerprint: string | null }) {
  const t = useTranslations("data.files");
  const format = useFormatter();
  const result = useApi(readResult, { params: { fingerprint: fingerprint ?? "" } }, { enabled: fingerprint !== null });
  if (result.isError) {
    return (
      <div className="p-3">
        <Notice tone="bad">{result.error.message}</Notice>
      </div>
    );
  }
  if (fingerprint === null) return <EmptyState icon={<FileOutput size={22} />} title={t("emptyTitle")} text={t("emptyText", { step })} />;
  if (!result.data) return null;
  const { files, totals } = result.data;
  if (files.length === 0) return <EmptyState icon={<FileOutput size={22} />} title={t("none")} />;
  const size = (bytes: number) =>
    bytes < 1024 * 1024
      ? format.number(bytes / 1024, { maximumFractionDigits: 1, style: "unit", unit: "kilobyte" })
      : format.number(bytes / 1024 / 1024, { maximumFractionDigits: 1, style: "unit", unit: "megabyte" });
  return (
    <div className="flex flex-1 flex-col gap-2 overflow-auto p-3">
      <ul className="max-w-2xl divide-y rounded border">
        {files.map((file) => (
          <li key={file.name}>
            <a href={makeApiUrl(downloadKeptFile, { params: { fingerprint, name: file.name } })} download className="flex h-9 items-center gap-3 px-3 hover:bg-hover">
              <Download size={14} className="shrink-0 text-accent" aria-hidden />
              <span className="min-w-0 flex-1 truncate font-medium">{file.name}</span>
              <span className="text-xs text-muted">{size(file.bytes)}</span>
            </a>
          </li>
        ))}
      </ul>
      <p className="text-xs text-muted">{t("rows", { rows: totals.rowsIn })}</p>
    </div>
  );
}
