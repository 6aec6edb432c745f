import { z } from "zod";
import { useFormatter, useTranslations } from "use-intl";
import type { ApiReply } from "@/components/api/call-api";
import { Badge } from "@/components/ui/badge";
import type { readRow } from "@/lib/contracts/tables";

type Call = NonNullable<ApiReply<typeof readRow>["call"]>;

const sentRequest = z.looseObject({ messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })).optional(), sampling: z.unknown().optional() });

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

function Text({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <h4 className="text-xs text-muted">{title}</h4>
      <pre className="mt-1 max-h-80 overflow-auto rounded border bg-raised p-2 font-mono text-xs break-words whitespace-pre-wrap">{text}</pre>
    </div>
  );
}

/** Everything in the request that is not a message: model, sampling, limits. */
function readSampling(request: Record<string, unknown>): string {
  const rest = request["sampling"] ?? Object.fromEntries(Object.entries(request).filter(([name]) => name !== "messages" && name !== "model" && name !== "system"));
  return Object.entries(rest as Record<string, unknown>)
    .filter(([, value]) => value !== null && typeof value !== "object")
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(" · ");
}

/** The call behind a row: what was sent, what came back, what it took. */
export function CallDetail({ call }: { call: Call }) {
  const t = useTranslations("data.row");
  const format = useFormatter();
  const parsed = sentRequest.safeParse(call.request);
  const request = parsed.success ? parsed.data : null;
  const system = request?.["system"];
  const messages = [...(typeof system === "string" ? [{ role: "system", content: system }] : []), ...(request?.messages ?? [])];
  const cost = format.number(call.costMicros / 1_000_000, { style: "currency", currency: "USD", maximumFractionDigits: 6 });
  const facts: [string, string][] = [
    [t("facts.model"), call.model ?? ""],
    [t("facts.sampling"), request ? readSampling(request) : ""],
    [t("facts.tokens"), t("tokens", { prompt: call.promptTokens, completion: call.completionTokens })],
    [t("facts.cost"), cost],
    [t("facts.latency"), format.number(call.latencyMs, { style: "unit", unit: "millisecond" })],
    [t("facts.attempts"), String(call.attempts)],
    [t("facts.finish"), call.finishReason ?? ""],
  ];
  return (
    <section className="flex flex-col gap-3">
      <h3 className="flex items-center gap-2 text-sm font-semibold">
        {t("call")}
        {call.cached && <Badge tone="accent">{t("cached")}</Badge>}
      </h3>
      {messages.map((message, index) => (
        <Text key={index} title={t("message", { role: message.role })} text={asText(message.content)} />
      ))}
      {call.reply === null ? <p className="text-sm text-muted">{t("removed")}</p> : <Text title={t("reply")} text={call.reply} />}
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-xs">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name} className="contents">
              <dt className="text-muted">{name}</dt>
              <dd className="break-words">{value}</dd>
            </div>
          ))}
      </dl>
    </section>
  );
}
