import { Plus, X } from "lucide-react";
import type { z } from "zod";
import { useTranslations } from "use-intl";
import { useDocumentState, usePlanState } from "@/components/canvas/studio-context";
import { findInput } from "@/components/canvas/connection-rules";
import { NumberInput } from "@/components/params/number-input";
import { ParamControl } from "@/components/params/schema-field";
import { unwrapSchema } from "@/components/params/unwrap-schema";
import { findStep } from "@/components/steps/step-catalogue";
import { getParamWords } from "@/components/steps/step-words";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Select } from "@/components/ui/select";
import { listParams, type ParamField } from "@/lib/steps/_sdk/param-fields";
import type { GroupSweep, SearchRange, WorkflowNode } from "@/lib/workflow/document";
import { suggestRange } from "./suggest-range";

type Entry = GroupSweep["space"][number];

interface SweptParam {
  node: WorkflowNode;
  param: string;
  schema: z.ZodType;
  field: ParamField;
}

const MOST_POINTS = 100;
const keyOf = ({ node, param }: { node: string; param: string }): string => `${node}\0${param}`;
const isNumeric = ({ kind }: ParamField): boolean => kind === "number" || kind === "integer";

/** Parameters of the steps of a group. */
function useGroupParams(groupId: string): SweptParam[] {
  const nodes = useDocumentState((state) => state.document.nodes);
  return nodes
    .filter((node) => node.group === groupId)
    .flatMap((node) => {
      const definition = findStep(node.step);
      return definition ? listParams(definition.params).map(({ name, schema, meta }) => ({ node, param: name, schema, field: meta.field ?? { kind: "text" as const } })) : [];
    });
}

function Interval({ label, range, isGrid, onChange }: { label: string; range: Extract<SearchRange, { kind: "range" }>; isGrid: boolean; onChange: (range: SearchRange) => void }) {
  const t = useTranslations("studio.group.sweep");
  const part = (name: "low" | "high", value: number) => (
    <label className="flex min-w-0 flex-col gap-0.5 text-xs text-muted">
      {t(name)}
      <NumberInput id={`${label}-${name}`} value={value} isInteger={range.whole} describedBy="" onCommit={(number) => { if (number !== null) onChange({ ...range, [name]: number }); }} />
    </label>
  );
  return (
    <div className="grid grid-cols-2 gap-2">
      {part("low", range.low)}
      {part("high", range.high)}
      <div className="flex min-w-0 flex-col gap-0.5 text-xs text-muted">
        {t("scale")}
        <Select aria-label={t("scale")} value={range.scale} options={(["linear", "log"] as const).map((value) => ({ value, label: t(`scales.${value}`) }))} onChange={(scale) => { onChange({ ...range, scale: scale === "log" ? "log" : "linear" }); }} />
      </div>
      {isGrid && (
        <label className="flex min-w-0 flex-col gap-0.5 text-xs text-muted">
          {t("points")}
          <NumberInput id={`${label}-points`} value={range.points} isInteger min={1} max={MOST_POINTS} describedBy="" onCommit={(points) => { if (points !== null) onChange({ ...range, points }); }} />
        </label>
      )}
    </div>
  );
}

function ValueList({ swept, label, values, onChange }: { swept: SweptParam; label: string; values: readonly unknown[]; onChange: (values: unknown[]) => void }) {
  const t = useTranslations("studio.group.sweep");
  const planned = usePlanState((state) => state.plan.steps.get(swept.node.id));
  const { inner, nullable } = unwrapSchema(swept.schema);
  const columnsOf = (port: string) => (findInput(swept.node, port) ? (planned?.inputColumns[port]?.[0] ?? null) : null);
  return (
    <div className="flex flex-col gap-1.5">
      {values.map((value, index) => (
        <div key={index} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <ParamControl
              field={swept.field}
              id={`${swept.node.id}-${swept.param}-${String(index)}`}
              label={t("value", { number: index + 1, param: label })}
              stepId={swept.node.step}
              param={swept.param}
              schema={inner}
              nullable={nullable}
              value={value}
              columns={"port" in swept.field && swept.field.port !== undefined ? columnsOf(swept.field.port) : null}
              columnsOf={columnsOf}
              invalid={false}
              describedBy=""
              onReplaceModel={undefined}
              onCommit={(next) => {
                onChange(values.map((other, place) => (place === index ? next : other)));
              }}
            />
          </div>
          <IconButton label={t("removeValue", { number: index + 1, param: label })} onClick={() => { onChange(values.filter((_, place) => place !== index)); }}>
            <X size={12} />
          </IconButton>
        </div>
      ))}
      <Button size="sm" onClick={() => { onChange([...values, values.at(-1) ?? swept.node.params[swept.param] ?? null]); }}>
        <Plus size={12} aria-hidden />
        {t("addValue")}
      </Button>
    </div>
  );
}

interface SweepSpaceProps {
  groupId: string;
  sweep: GroupSweep;
  onChange: (changes: Partial<GroupSweep>) => void;
}

/** The parameters that a sweep varies, and what each may be. */
export function SweepSpace({ groupId, sweep, onChange }: SweepSpaceProps) {
  const t = useTranslations("studio.group.sweep");
  const params = useGroupParams(groupId);
  const { space } = sweep;
  const byKey = new Map(params.map((swept) => [keyOf({ node: swept.node.id, param: swept.param }), swept]));
  const taken = new Set(space.map(keyOf));
  const free = params.filter((swept) => !taken.has(keyOf({ node: swept.node.id, param: swept.param })));
  const change = (index: number, range: SearchRange) => {
    onChange({ space: space.map((entry, place) => (place === index ? { ...entry, range } : entry)) });
  };
  return (
    <fieldset className="flex flex-col gap-2.5">
      <legend className="mb-1 text-sm font-medium">{t("space")}</legend>
      {space.map((entry: Entry, index) => {
        const swept = byKey.get(keyOf(entry));
        const label = swept ? getParamWords(swept.node.step, entry.param).label : entry.param;
        return (
          <div key={keyOf(entry)} role="group" aria-label={label} className="flex flex-col gap-1.5 rounded border border-line p-2">
            <div className="flex items-center gap-2">
              <span className="min-w-0 flex-1 truncate text-sm">{swept ? t("paramOf", { param: label, step: swept.node.title }) : label}</span>
              {swept && isNumeric(swept.field) && (
                <div className="w-24 shrink-0">
                  <Select
                    size="sm"
                    aria-label={t("as")}
                    value={entry.range.kind}
                    options={(["range", "values"] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
                    onChange={(kind) => {
                      change(index, kind === "values" ? { kind, values: [swept.node.params[entry.param]] } : suggestRange(swept.field, swept.schema, swept.node.params[entry.param]));
                    }}
                  />
                </div>
              )}
              <IconButton label={t("removeParam", { param: label })} onClick={() => { onChange({ space: space.filter((_, place) => place !== index) }); }}>
                <X size={12} />
              </IconButton>
            </div>
            {entry.range.kind === "range" ? (
              <Interval label={keyOf(entry)} range={entry.range} isGrid={sweep.search === "grid"} onChange={(range) => { change(index, range); }} />
            ) : (
              swept && <ValueList swept={swept} label={label} values={entry.range.values} onChange={(values) => { change(index, { kind: "values", values }); }} />
            )}
          </div>
        );
      })}
      <Select
        size="sm"
        aria-label={t("addParam")}
        value=""
        placeholder={t(free.length > 0 ? "addParam" : "allParams")}
        disabled={free.length === 0}
        options={free.map(({ node, param }) => ({ value: keyOf({ node: node.id, param }), label: getParamWords(node.step, param).label, group: node.title }))}
        onChange={(key) => {
          const swept = byKey.get(key);
          if (swept) onChange({ space: [...space, { node: swept.node.id, param: swept.param, range: suggestRange(swept.field, swept.schema, swept.node.params[swept.param]) }] });
        }}
      />
    </fieldset>
  );
}
