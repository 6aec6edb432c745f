import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { ApiReply } from "@/components/api/call-api";
import { Badge } from "@/components/ui/badge";
import { classNames } from "@/components/ui/class-names";
import type { readRow } from "@/lib/contracts/tables";
import { readRequest } from "./read-request";

type Call = NonNullable<ApiReply<typeof readRow>["call"]>;

const boxClass = "mt-1 max-h-80 overflow-auto rounded border bg-raised p-2 font-mono text-xs break-words whitespace-pre-wrap";

function Text({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <h4 className="text-xs text-muted">{title}</h4>
      <pre className={boxClass}>{text}</pre>
    </div>
  );
}

/** Closed at first: it is often far longer than the answer. */
function Thinking({ text }: { text: string }) {
  const t = useTranslations("data.row");
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button type="button" aria-expanded={open} className="flex items-center gap-1 rounded-sm text-xs text-muted hover:text-text" onClick={() => { setOpen(!open); }}>
        <ChevronRight size={13} className={classNames("transition-transform", open && "rotate-90")} aria-hidden />
        {t("thinking", { characters: text.length })}
      </button>
      {open && <pre className={boxClass}>{text}</pre>}
    </div>
  );
}

/** Arguments as JSON where they are, and as the model wrote them where they are not. */
function showArguments(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function Reply({ call }: { call: Call }) {
  const t = useTranslations("data.row");
  if (call.reply === null) return <p className="text-sm text-muted">{t("removed")}</p>;
  return (
    <>
      {call.thinking && <Thinking text={call.thinking} />}
      {(call.reply !== "" || call.toolCalls.length === 0) && <Text title={t("reply")} text={call.reply} />}
      {call.toolCalls.map((tool, index) => (
        <Text key={`${tool.id}-${String(index)}`} title={t("toolCall", { name: tool.name })} text={showArguments(tool.arguments)} />
      ))}
    </>
  );
}

function useFacts(call: Call, settings: [string, string][]): [string, string][] {
  const t = useTranslations("data.row");
  const format = useFormatter();
  const tokens = [
    t("tokens", { prompt: call.promptTokens, completion: call.completionTokens }),
    ...(call.cachedTokens > 0 ? [t("cachedTokens", { count: call.cachedTokens })] : []),
    ...(call.reasoningTokens > 0 ? [t("reasoningTokens", { count: call.reasoningTokens })] : []),
  ];
  const facts: [string, string][] = [
    [t("facts.model"), call.model ?? ""],
    [t("facts.sampling"), settings.map(([name, value]) => `${name} ${value}`).join(" · ")],
    [t("facts.tokens"), tokens.join(" · ")],
    [t("facts.cost"), format.number(call.costMicros / 1_000_000, { style: "currency", currency: "USD", maximumFractionDigits: 6 })],
    [t("facts.latency"), format.number(call.latencyMs, { style: "unit", unit: "millisecond" })],
    [t("facts.attempts"), String(call.attempts)],
    [t("facts.finish"), call.finishReason ?? ""],
  ];
  return facts.filter(([, value]) => value !== "");
}

/** The call behind a row: what was sent, what came back, what it took. */
export function CallDetail({ call }: { call: Call }) {
  const t = useTranslations("data.row");
  const { messages, settings } = readRequest(call.request);
  const facts = useFacts(call, settings);
  return (
    <section className="flex flex-col gap-3">
      <h3 className="flex items-center gap-2 text-sm font-semibold">
        {t("call")}
        {call.cached && <Badge tone="accent">{t("cached")}</Badge>}
      </h3>
      {messages.map((message, index) => (
        <Text key={index} title={t("message", { role: message.role })} text={message.text} />
      ))}
      <Reply call={call} />
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-xs">
        {facts.map(([name, value]) => (
          <div key={name} className="contents">
            <dt className="text-muted">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
