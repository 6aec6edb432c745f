import { Copy, LoaderCircle } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import { copyText } from "@/components/ui/copy-text";
import { IconButton } from "@/components/ui/icon-button";
import { Notice } from "@/components/ui/notice";
import type { Answer } from "./use-answers";

/** What one model answered, with what it took; or why it did not. */
export function AnswerCard({ label, answer }: { label: string; answer: Answer | null }) {
  const t = useTranslations("models.playground");
  const format = useFormatter();
  return (
    <section aria-label={label} aria-live="polite" data-testid="answer" data-state={answer?.state ?? "none"} className="flex min-w-0 flex-col gap-1 rounded border bg-raised p-3">
      <header className="flex h-6 items-center gap-2">
        <h3 className="min-w-0 flex-1 truncate text-xs font-medium text-muted">{label}</h3>
        {answer?.state === "answered" && (
          <IconButton
            label={t("copy")}
            onClick={() => {
              copyText(answer.reply.text);
            }}
          >
            <Copy size={13} />
          </IconButton>
        )}
      </header>
      {!answer && <p className="text-sm text-faint">{t("noAnswer")}</p>}
      {answer?.state === "asking" && (
        <p className="flex items-center gap-2 text-sm text-muted">
          <LoaderCircle size={14} className="animate-spin" aria-hidden />
          {t("asking")}
        </p>
      )}
      {answer?.state === "failed" && <Notice tone="bad">{answer.message}</Notice>}
      {answer?.state === "answered" && (
        <>
          <p data-testid="answer-text" className="max-h-96 flex-1 overflow-auto break-words whitespace-pre-wrap">
            {answer.reply.text === "" ? <span className="text-faint">{t("empty")}</span> : answer.reply.text}
          </p>
          <p className="text-xs text-muted">
            {t("facts", { prompt: answer.reply.promptTokens, completion: answer.reply.completionTokens, latency: answer.reply.latencyMs, cached: answer.reply.cached ? "yes" : "no" })}
            {answer.reply.costMicros !== null && ` · ${format.number(answer.reply.costMicros / 1e6, { style: "currency", currency: "USD", maximumFractionDigits: 6 })}`}
            {answer.reply.finishReason === "length" && ` · ${t("cut")}`}
            {answer.reply.changed.map((changed) => ` · ${t("changed", changed)}`)}
          </p>
        </>
      )}
    </section>
  );
}
