import { useTranslations } from "use-intl";
import { useDocumentState, usePlanState } from "@/components/canvas/studio-context";
import { NumberInput } from "@/components/params/number-input";
import { Labelled } from "@/components/ui/labelled";
import { Select } from "@/components/ui/select";
import { comparisons, type Endpoint, type GroupRepeat, type StopRule } from "@/lib/workflow/document";
import { fromKey, listOutputs, toKey, toOptions } from "./group-ports";

type Kind = StopRule["kind"] | "none";
const kinds: readonly Kind[] = ["none", "rows", "value"];
const ROWS = 100;

function makeRule(kind: Kind, output: Endpoint | undefined): StopRule | null {
  if (kind === "none" || !output) return null;
  return kind === "rows" ? { kind, output, rows: ROWS } : { kind, output, column: "value", comparison: "at-least", value: 1 };
}

interface GroupStopProps {
  groupId: string;
  repeat: GroupRepeat;
  onChange: (changes: Partial<GroupRepeat>) => void;
}

function ValueRule({ stop, onChange }: { stop: Extract<StopRule, { kind: "value" }>; onChange: (stop: StopRule) => void }) {
  const t = useTranslations("studio.group");
  const columns = usePlanState((state) => state.plan.steps.get(stop.output.node)?.columns[stop.output.port]);
  const names = [...new Set([stop.column, ...(columns ?? []).map(({ name }) => name)])];
  return (
    <>
      <Labelled label={t("column")} help={t("columnHelp")}>
        {({ id, describedBy }) => (
          <Select id={id} aria-describedby={describedBy} value={stop.column} options={names.map((name) => ({ value: name, label: name }))} onChange={(column) => { onChange({ ...stop, column }); }} />
        )}
      </Labelled>
      <Labelled label={t("comparison")}>
        {({ id }) => (
          <div className="flex gap-2">
            <Select
              id={id}
              value={stop.comparison}
              options={comparisons.map((comparison) => ({ value: comparison, label: t(`comparisons.${comparison}`) }))}
              onChange={(comparison) => {
                onChange({ ...stop, comparison: comparison === "at-most" ? "at-most" : "at-least" });
              }}
            />
            <NumberInput id={`${id}-value`} value={stop.value} isInteger={false} describedBy="" onCommit={(value) => { if (value !== null) onChange({ ...stop, value }); }} />
          </div>
        )}
      </Labelled>
    </>
  );
}

/** When the rounds of a group stop early. */
export function GroupStop({ groupId, repeat, onChange }: GroupStopProps) {
  const t = useTranslations("studio.group");
  const document = useDocumentState((state) => state.document);
  const tables = listOutputs(document, groupId).filter(({ type }) => type === "table");
  const { stop } = repeat;
  const last = tables.at(-1);
  return (
    <>
      <Labelled label={t("stop")} help={t("stopHelp")}>
        {({ id, describedBy }) => (
          <Select
            id={id}
            aria-describedby={describedBy}
            value={stop?.kind ?? "none"}
            options={kinds.map((kind) => ({ value: kind, label: t(`stops.${kind}`) }))}
            onChange={(kind) => {
              onChange({ stop: makeRule(kinds.find((other) => other === kind) ?? "none", stop?.output ?? (last && { node: last.node, port: last.port })) });
            }}
          />
        )}
      </Labelled>
      {stop && (
        <Labelled label={t("watched")} help={t(stop.kind === "rows" ? "watchedRows" : "watchedValue")}>
          {({ id, describedBy }) => (
            <Select id={id} aria-describedby={describedBy} value={toKey(stop.output)} options={toOptions(tables)} placeholder={t("gone")} invalid={!tables.some((table) => toKey(table) === toKey(stop.output))} onChange={(key) => { onChange({ stop: { ...stop, output: fromKey(key) } }); }} />
          )}
        </Labelled>
      )}
      {stop?.kind === "rows" && (
        <Labelled label={t("wanted")} help={t("wantedHelp")}>
          {({ id, describedBy }) => <NumberInput id={id} value={stop.rows} isInteger min={1} max={1_000_000_000} describedBy={describedBy} onCommit={(rows) => { if (rows !== null) onChange({ stop: { ...stop, rows } }); }} />}
        </Labelled>
      )}
      {stop?.kind === "value" && <ValueRule stop={stop} onChange={(next) => { onChange({ stop: next }); }} />}
    </>
  );
}
