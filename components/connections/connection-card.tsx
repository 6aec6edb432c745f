import { useCallback, useState } from "react";
import { useTranslations } from "use-intl";
import { callApi, type ApiReply } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { POOL_PROVIDER, takesPrompts, testConnection, type ConnectionView } from "@/lib/contracts/models";
import { isErrorCode } from "@/lib/core/error-catalogue";
import { formatError } from "@/lib/core/format-error";
import { ModelPrices } from "./model-prices";

type TestResult = ApiReply<typeof testConnection>;
const SHOWN_MODELS = 8;

function TestReport({ result }: { result: TestResult }) {
  const t = useTranslations("connections.test");
  if (!result.ok && result.error) {
    const { code, message, data } = result.error;
    return <Notice tone="bad">{isErrorCode(code) ? formatError(code, data) : message}</Notice>;
  }
  return (
    <Notice tone="info">
      <p>{t("ok", { latency: result.latencyMs ?? 0 })}</p>
      {result.reply !== null && <p className="text-muted">{t("reply", { reply: result.reply })}</p>}
      {result.models && <p className="text-muted">{t("models", { count: result.models.length, names: result.models.slice(0, SHOWN_MODELS).join(", ") })}</p>}
    </Notice>
  );
}

interface ConnectionCardProps {
  connection: ConnectionView;
  onEdit: () => void;
  onDelete: () => void;
}

export function ConnectionCard({ connection, onEdit, onDelete }: ConnectionCardProps) {
  const t = useTranslations("connections");
  const [result, setResult] = useState<TestResult | null>(null);
  const test = useAction(
    useCallback(async () => {
      setResult(null);
      setResult(await callApi(testConnection, { params: { connectionId: connection.id }, body: {} }));
    }, [connection.id]),
  );
  const isPool = connection.provider === POOL_PROVIDER;
  const limits = [
    isPool ? null : t("atOnce", { count: connection.concurrency }),
    connection.requestsPerMinute === null ? null : t("requests", { count: connection.requestsPerMinute }),
    connection.tokensPerMinute === null ? null : t("tokens", { count: connection.tokensPerMinute }),
  ].filter((limit) => limit !== null);
  return (
    <li className="flex flex-col gap-2 rounded border bg-surface p-4">
      <div className="flex items-center gap-2">
        <h2 className="min-w-0 flex-1 truncate text-base font-semibold">{connection.name}</h2>
        <Button busy={test.busy} onClick={test.run}>
          {t("test.run")}
        </Button>
        <Button onClick={onEdit}>{t("edit")}</Button>
        <Button variant="danger" onClick={onDelete}>
          {t("delete")}
        </Button>
      </div>
      <p className="text-sm text-muted">
        {t(`providers.${connection.provider}`)}
        {connection.baseUrl !== "" && ` · ${connection.baseUrl}`} · {isPool ? t("members.count", { count: connection.members.length }) : connection.keyHint === null ? t("noKey") : t("key", { hint: connection.keyHint })}
      </p>
      {takesPrompts(connection.provider) && (
        <p className="text-sm text-muted">
          {[...limits, isPool && connection.models.length === 0 ? t("members.models") : t("modelCount", { count: connection.models.length })].join(" · ")}
        </p>
      )}
      {!isPool && <ModelPrices connection={connection} />}
      {result && <TestReport result={result} />}
    </li>
  );
}
