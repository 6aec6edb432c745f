import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { callApi, type ApiReply } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { apiKey, useApi } from "@/components/api/use-api";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Notice } from "@/components/ui/notice";
import { showToast } from "@/components/ui/toast-store";
import { freeStorage, readStorage } from "@/lib/contracts/system";
import { deleteResult } from "@/lib/contracts/tables";

type Result = ApiReply<typeof readStorage>["largest"][number];
const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function useSize(): (bytes: number) => string {
  const format = useFormatter();
  return (bytes) => {
    const power = Math.min(UNITS.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
    return format.number(bytes / 1000 ** power, { style: "unit", unit: UNITS[power] ?? "byte", maximumFractionDigits: 1 });
  };
}

function LargestResults({ results, onDeleted }: { results: Result[]; onDeleted: () => Promise<void> }) {
  const t = useTranslations("settings.storage");
  const size = useSize();
  const [asked, setAsked] = useState<Result | null>(null);
  const remove = useAction(
    useCallback(
      async (fingerprint: string) => {
        await callApi(deleteResult, { params: { fingerprint } });
        setAsked(null);
        await onDeleted();
      },
      [onDeleted],
    ),
  );
  if (results.length === 0) return <p className="text-sm text-muted">{t("none")}</p>;
  return (
    <>
      <ul className="divide-y rounded border bg-surface">
        {results.map((result) => (
          <li key={result.fingerprint} className="flex items-center gap-3 px-3 py-1.5 text-sm">
            <span className="min-w-0 flex-1 truncate">
              {result.step} <span className="text-muted">{result.workflow}</span>
            </span>
            <span className="w-24 text-right text-muted">{size(result.bytes)}</span>
            <Button
              aria-label={t("deleteOf", { step: result.step })}
              onClick={() => {
                setAsked(result);
              }}
            >
              {t("delete")}
            </Button>
          </li>
        ))}
      </ul>
      <ConfirmDialog
        open={asked !== null}
        title={t("deleteTitle", { step: asked?.step ?? "" })}
        text={t("deleteText")}
        action={t("delete")}
        busy={remove.busy}
        onConfirm={() => {
          if (asked) remove.run(asked.fingerprint);
        }}
        onOpenChange={(open) => {
          if (!open) setAsked(null);
        }}
      />
    </>
  );
}

/** What the data folder holds, and ways to free it. */
export function StorageList() {
  const t = useTranslations("settings.storage");
  const size = useSize();
  const queries = useQueryClient();
  const storage = useApi(readStorage, {});
  const refresh = useCallback(() => queries.invalidateQueries({ queryKey: apiKey(readStorage) }), [queries]);
  const free = useAction(
    useCallback(async () => {
      const { freedBytes } = await callApi(freeStorage, {});
      showToast("info", t("freed", { size: size(freedBytes) }));
      await refresh();
    }, [refresh, size, t]),
  );
  if (storage.isError) return <Notice tone="bad">{storage.error.message}</Notice>;
  if (!storage.data) return null;
  const { resultBytes, leftoverBytes, fileBytes, calls, largest } = storage.data;
  return (
    <div className="flex max-w-2xl flex-col gap-3">
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-6 gap-y-1.5 rounded border bg-surface p-4">
        <dt className="text-muted">{t("results")}</dt>
        <dd>{size(resultBytes)}</dd>
        <dt className="text-muted">{t("leftovers")}</dt>
        <dd className="flex items-center gap-3">
          {size(leftoverBytes)}
          {leftoverBytes > 0 && (
            <Button busy={free.busy} onClick={free.run}>
              {t("free")}
            </Button>
          )}
        </dd>
        <dt className="text-muted">{t("files")}</dt>
        <dd>{size(fileBytes)}</dd>
        <dt className="text-muted">{t("calls")}</dt>
        <dd>{t("callCount", { calls })}</dd>
      </dl>
      <h3 className="text-sm font-medium">{t("largest")}</h3>
      <LargestResults results={largest} onDeleted={refresh} />
    </div>
  );
}
