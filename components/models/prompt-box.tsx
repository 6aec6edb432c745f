import { Send } from "lucide-react";
import { useCallback, useId, useState } from "react";
import { useTranslations } from "use-intl";
import { callApi, type ApiReply } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { LabelledInput } from "@/components/account/labelled-input";
import { Button } from "@/components/ui/button";
import { Textarea } from "@/components/ui/textarea";
import { promptModel } from "@/lib/contracts/models";
import type { ModelRef } from "@/lib/steps/_sdk/model-ref";

function readNumber(text: string): number | null {
  const value = Number(text);
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
}

/** One prompt to a model, and what it answers. */
export function PromptBox({ model, hasSystemPrompt }: { model: ModelRef; hasSystemPrompt: boolean }) {
  const t = useTranslations("models.prompt");
  const id = useId();
  const [system, setSystem] = useState("");
  const [prompt, setPrompt] = useState("");
  const [temperature, setTemperature] = useState("0");
  const [maxTokens, setMaxTokens] = useState("128");
  const [seed, setSeed] = useState("");
  const [reply, setReply] = useState<ApiReply<typeof promptModel> | null>(null);
  const send = useAction(
    useCallback(async () => {
      const body = { model, system, prompt, temperature: readNumber(temperature), maxTokens: readNumber(maxTokens), seed: readNumber(seed) };
      setReply(await callApi(promptModel, { body }));
    }, [model, system, prompt, temperature, maxTokens, seed]),
  );
  return (
    <form
      aria-label={t("title")}
      className="flex flex-col gap-3 rounded border bg-surface p-4"
      onSubmit={(event) => {
        event.preventDefault();
        send.run();
      }}
    >
      <h2 className="text-base font-semibold">{t("title")}</h2>
      {hasSystemPrompt && <LabelledInput label={t("system")} value={system} onChange={setSystem} />}
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-sm font-medium">
          {t("prompt")}
        </label>
        <Textarea
          id={id}
          rows={5}
          value={prompt}
          placeholder={t("placeholder")}
          onChange={(event) => {
            setPrompt(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && prompt.trim() !== "") send.run();
          }}
        />
      </div>
      <div className="grid grid-cols-3 gap-3">
        <LabelledInput label={t("temperature")} inputMode="decimal" value={temperature} onChange={setTemperature} />
        <LabelledInput label={t("maxTokens")} inputMode="numeric" value={maxTokens} onChange={setMaxTokens} />
        <LabelledInput label={t("seed")} inputMode="numeric" value={seed} onChange={setSeed} />
      </div>
      <Button type="submit" size="md" variant="primary" className="self-start" busy={send.busy} disabled={prompt.trim() === ""}>
        <Send size={14} aria-hidden />
        {t("send")}
      </Button>
      {reply && (
        <section aria-label={t("reply")} aria-live="polite" className="flex flex-col gap-1">
          <h3 className="text-sm font-medium">{t("reply")}</h3>
          <p data-testid="model-reply" className="rounded border bg-raised p-3 break-words whitespace-pre-wrap">
            {reply.text}
          </p>
          <p className="text-xs text-muted">
            {t("facts", { prompt: reply.promptTokens, completion: reply.completionTokens, latency: reply.latencyMs, cached: reply.cached ? "yes" : "no" })}
          </p>
        </section>
      )}
    </form>
  );
}
