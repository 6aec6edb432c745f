import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { describeProblem } from "@/components/steps/describe-problem";
import { Notice } from "@/components/ui/notice";
import { previewPrompt } from "@/lib/contracts/previews";
import { isErrorCode } from "@/lib/core/error-catalogue";

interface PromptPreviewProps {
  stepId: string;
  params: Record<string, unknown>;
  inputs: Record<string, string[]> | null;
}

/** What the step would say to its model for the first row. */
export function PromptPreview({ stepId, params, inputs }: PromptPreviewProps) {
  const t = useTranslations("params.preview");
  const { data, error } = useApi(previewPrompt, { body: { step: stepId, params, inputs: inputs ?? {} } }, { enabled: inputs !== null, keepPrevious: true, once: true });
  if (inputs === null) return <p className="text-xs text-muted">{t("notRun")}</p>;
  if (error) return <Notice tone="warn">{error.message}</Notice>;
  if (!data) return <p className="text-xs text-muted">{t("working")}</p>;
  const { problem } = data;
  if (problem) return <Notice tone="warn">{isErrorCode(problem.code) ? describeProblem(stepId, { code: problem.code, data: problem.data }) : problem.message}</Notice>;
  if (!data.hasRow) return <p className="text-xs text-muted">{t("noRow")}</p>;
  if (data.messages.length === 0) return <p className="text-xs text-muted">{t("noCall")}</p>;
  return (
    <ol className="flex flex-col gap-2">
      {data.messages.map(({ role, text, isCut }, index) => (
        <li key={index} className="flex flex-col gap-0.5">
          <span className="text-xs text-muted">{t(`roles.${role}`)}</span>
          <pre className="max-h-72 overflow-auto rounded border bg-raised px-2 py-1.5 font-mono text-xs whitespace-pre-wrap [overflow-wrap:anywhere]">
            {text}
          </pre>
          {isCut && <span className="text-xs text-muted">{t("cut")}</span>}
        </li>
      ))}
    </ol>
  );
}
