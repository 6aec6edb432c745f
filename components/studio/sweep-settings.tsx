import { useTranslations } from "use-intl";
import { useDocumentState, usePlanState, useStudio } from "@/components/canvas/studio-context";
import { NumberInput } from "@/components/params/number-input";
import { findStep } from "@/components/steps/step-catalogue";
import { Input } from "@/components/ui/input";
import { Labelled } from "@/components/ui/labelled";
import { Select } from "@/components/ui/select";
import { editGroup } from "@/lib/workflow/commands/edit-group";
import { MAX_TRIALS, pruneRules, searchKinds, type GroupSweep, type WorkflowGroup } from "@/lib/workflow/document";
import { countCombinations } from "@/lib/workflow/draw-trials";
import { fromKey, listOutputs, toKey, toOptions } from "./group-ports";
import { SweepSpace } from "./sweep-space";

export const firstSweep: GroupSweep = { search: "grid", trials: 20, parallel: 2, seed: 0, space: [], objective: null, prune: null };
const STARTUP = 5;
const MOST_AT_ONCE = 50;

interface SweepProps {
  groupId: string;
  sweep: GroupSweep;
  onChange: (changes: Partial<GroupSweep>) => void;
}

/** By what the best trial is told. */
function Objective({ groupId, sweep, onChange }: SweepProps) {
  const t = useTranslations("studio.group.sweep");
  const tGroup = useTranslations("studio.group");
  const document = useDocumentState((state) => state.document);
  const outputs = listOutputs(document, groupId);
  const { objective } = sweep;
  const columns = usePlanState((state) => state.plan.steps.get(objective?.output.node ?? "")?.columns[objective?.output.port ?? ""]);
  const type = objective && outputs.find((port) => toKey(port) === toKey(objective.output))?.type;
  const names = [...new Set([...(objective && objective.column !== "" ? [objective.column] : []), ...(columns ?? []).map(({ name }) => name)])];
  return (
    <>
      <Labelled label={t("objective")} help={t("objectiveHelp")}>
        {({ id, describedBy }) => (
          <Select
            id={id}
            aria-describedby={describedBy}
            value={objective ? toKey(objective.output) : ""}
            options={toOptions(outputs)}
            placeholder={tGroup("gone")}
            invalid={!type}
            onChange={(key) => {
              const isModel = outputs.find((port) => toKey(port) === key)?.type === "model";
              onChange({ objective: { output: fromKey(key), column: isModel ? "loss" : "value", direction: isModel ? "minimise" : "maximise" } });
            }}
          />
        )}
      </Labelled>
      {objective && (
        <Labelled label={t(type === "model" ? "measure" : "column")} help={t(type === "model" ? "measureHelp" : "columnHelp")}>
          {({ id, describedBy }) =>
            type === "model" ? (
              <Input id={id} aria-describedby={describedBy} key={objective.column} defaultValue={objective.column} onBlur={({ target }) => { const column = target.value.trim(); if (column !== "") onChange({ objective: { ...objective, column } }); }} />
            ) : (
              <Select id={id} aria-describedby={describedBy} value={objective.column} options={names.map((name) => ({ value: name, label: name }))} onChange={(column) => { onChange({ objective: { ...objective, column } }); }} />
            )
          }
        </Labelled>
      )}
      {objective && (
        <Labelled label={t("direction")}>
          {({ id }) => (
            <Select
              id={id}
              value={objective.direction}
              options={(["maximise", "minimise"] as const).map((value) => ({ value, label: t(`directions.${value}`) }))}
              onChange={(direction) => {
                onChange({ objective: { ...objective, direction: direction === "maximise" ? "maximise" : "minimise" } });
              }}
            />
          )}
        </Labelled>
      )}
    </>
  );
}

/** Whether trainings are ended early. */
function Pruning({ sweep, onChange }: Omit<SweepProps, "groupId">) {
  const t = useTranslations("studio.group.sweep");
  const { prune } = sweep;
  return (
    <>
      <Labelled label={t("prune")} help={t("pruneHelp")}>
        {({ id, describedBy }) => (
          <Select
            id={id}
            aria-describedby={describedBy}
            value={prune?.rule ?? "none"}
            options={(["none", ...pruneRules] as const).map((value) => ({ value, label: t(`prunes.${value}`) }))}
            onChange={(value) => {
              const rule = pruneRules.find((other) => other === value);
              onChange({ prune: rule ? { rule, startup: prune?.startup ?? STARTUP } : null });
            }}
          />
        )}
      </Labelled>
      {prune?.rule === "median" && (
        <Labelled label={t("startup")} help={t("startupHelp")}>
          {({ id, describedBy }) => <NumberInput id={id} value={prune.startup} isInteger min={1} max={MAX_TRIALS} describedBy={describedBy} onCommit={(startup) => { if (startup !== null) onChange({ prune: { ...prune, startup } }); }} />}
        </Labelled>
      )}
    </>
  );
}

/** What a sweep tries, how, and what is best. */
export function SweepSettings({ group, sweep }: { group: WorkflowGroup; sweep: GroupSweep }) {
  const t = useTranslations("studio.group.sweep");
  const { document: store } = useStudio();
  const trains = useDocumentState(({ document }) => document.nodes.some((node) => node.group === group.id && findStep(node.step)?.resource === "gpu"));
  const change = (changes: Partial<GroupSweep>) => {
    store.getState().dispatch(editGroup, { id: group.id, sweep: { ...sweep, ...changes } });
  };
  const combinations = countCombinations(sweep);
  return (
    <>
      <Labelled label={t("search")} help={t(`searchHelp.${sweep.search}`, { count: combinations })}>
        {({ id, describedBy }) => (
          <Select
            id={id}
            aria-describedby={describedBy}
            value={sweep.search}
            options={searchKinds.map((value) => ({ value, label: t(`searches.${value}`) }))}
            onChange={(value) => {
              change({ search: searchKinds.find((other) => other === value) ?? "grid" });
            }}
          />
        )}
      </Labelled>
      <SweepSpace groupId={group.id} sweep={sweep} onChange={change} />
      <Objective groupId={group.id} sweep={sweep} onChange={change} />
      <Labelled label={t("trials")} help={t("trialsHelp")}>
        {({ id, describedBy }) => <NumberInput id={id} value={sweep.trials} isInteger min={1} max={MAX_TRIALS} describedBy={describedBy} onCommit={(trials) => { if (trials !== null) change({ trials }); }} />}
      </Labelled>
      <Labelled label={t("parallel")} help={t("parallelHelp")}>
        {({ id, describedBy }) => <NumberInput id={id} value={sweep.parallel} isInteger min={1} max={MOST_AT_ONCE} describedBy={describedBy} onCommit={(parallel) => { if (parallel !== null) change({ parallel }); }} />}
      </Labelled>
      {sweep.search !== "grid" && (
        <Labelled label={t("seed")} help={t("seedHelp")}>
          {({ id, describedBy }) => <NumberInput id={id} value={sweep.seed} isInteger min={0} max={2 ** 31 - 1} describedBy={describedBy} onCommit={(seed) => { if (seed !== null) change({ seed }); }} />}
        </Labelled>
      )}
      {trains && <Pruning sweep={sweep} onChange={change} />}
    </>
  );
}
