import { ChartSpline, Frame, Repeat, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { useDocumentState, usePlanState, useStudio } from "@/components/canvas/studio-context";
import { useStudioCommands } from "@/components/canvas/use-studio-commands";
import { NumberInput } from "@/components/params/number-input";
import { describeProblem } from "@/components/steps/describe-problem";
import { findStep } from "@/components/steps/step-catalogue";
import { getParamWords } from "@/components/steps/step-words";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Labelled } from "@/components/ui/labelled";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { editGroup, setRoundParams } from "@/lib/workflow/commands/edit-group";
import { MAX_ROUNDS, type GroupRepeat, type WorkflowDocument, type WorkflowGroup } from "@/lib/workflow/document";
import { GroupCarries } from "./group-carries";
import { GroupStop } from "./group-stop";
import { firstSweep, SweepSettings } from "./sweep-settings";
import { TitleInput } from "./title-input";

const kinds = ["frame", "rounds", "sweep"] as const;
const onceMore: GroupRepeat = { rounds: 3, carries: [], stop: null, result: "all", varies: [] };

/** Parameters that some rounds have otherwise. */
function Differences({ group, repeat }: { group: WorkflowGroup; repeat: GroupRepeat }) {
  const t = useTranslations("studio.group");
  const { document: store } = useStudio();
  const nodesById = useDocumentState((state) => state.nodesById);
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 text-sm font-medium">{t("differences")}</legend>
      {repeat.varies.flatMap(({ node: id, param, values }) => {
        const node = nodesById.get(id);
        if (node?.group !== group.id) return [];
        return Object.keys(values).map((round) => (
          <div key={`${id} ${param} ${round}`} className="flex items-center gap-2 text-sm">
            <span className="min-w-0 flex-1 truncate">{t("difference", { round, step: node.title, param: getParamWords(node.step, param).label })}</span>
            <IconButton label={t("removeDifference")} onClick={() => { store.getState().dispatch(setRoundParams, { node, round: Number(round), params: { [param]: undefined } }); }}>
              <X size={12} />
            </IconButton>
          </div>
        ));
      })}
      <p className="text-xs text-muted">{t("differencesHelp")}</p>
    </fieldset>
  );
}

function Rounds({ group, repeat }: { group: WorkflowGroup; repeat: GroupRepeat }) {
  const t = useTranslations("studio.group");
  const { document: store } = useStudio();
  const change = (changes: Partial<GroupRepeat>) => {
    store.getState().dispatch(editGroup, { id: group.id, repeat: { ...repeat, ...changes } });
  };
  return (
    <>
      <Labelled label={t("rounds")} help={t("roundsHelp")}>
        {({ id, describedBy }) => <NumberInput id={id} value={repeat.rounds} isInteger min={1} max={MAX_ROUNDS} describedBy={describedBy} onCommit={(rounds) => { if (rounds !== null) change({ rounds }); }} />}
      </Labelled>
      <GroupStop groupId={group.id} repeat={repeat} onChange={change} />
      <Labelled label={t("result")} help={t("resultHelp")}>
        {({ id, describedBy }) => (
          <Select
            id={id}
            aria-describedby={describedBy}
            value={repeat.result}
            options={[
              { value: "all", label: t("results.all") },
              { value: "last", label: t("results.last") },
            ]}
            onChange={(result) => {
              change({ result: result === "last" ? "last" : "all" });
            }}
          />
        )}
      </Labelled>
      <GroupCarries groupId={group.id} carries={repeat.carries} onChange={(carries) => { change({ carries }); }} />
      <Differences group={group} repeat={repeat} />
    </>
  );
}

/** Something in the group draws anew, takes what the round before made, or is set otherwise: else every round gives the same. */
function differsByRound({ nodes }: WorkflowDocument, groupId: string, { rounds, carries, varies }: GroupRepeat): boolean {
  const draws = nodes.some((node) => node.group === groupId && (findStep(node.step)?.resource === "llm" || typeof node.params["seed"] === "number"));
  return rounds === 1 || draws || carries.length > 0 || varies.length > 0;
}

/** The settings of the selected group. */
export function GroupSettings({ group }: { group: WorkflowGroup }) {
  const t = useTranslations("studio.group");
  const { document: store } = useStudio();
  const ungroup = useStudioCommands().find((command) => command.id === "ungroup");
  const problem = usePlanState((state) => [...state.plan.steps.values()].find(({ node }) => node.group === group.id)?.problems.find(({ code }) => code.startsWith("group_") || code.startsWith("sweep_")));
  const isSame = useDocumentState(({ document }) => group.repeat !== null && !differsByRound(document, group.id, group.repeat));
  const kind = group.repeat ? "rounds" : group.sweep ? "sweep" : "frame";
  const Icon = { rounds: Repeat, sweep: ChartSpline, frame: Frame }[kind];
  return (
    <section aria-label={t("label", { group: group.title })} className="flex h-full flex-col bg-surface">
      <header className="flex shrink-0 flex-col gap-1 border-b px-4 py-2.5">
        <div className="flex items-center gap-2">
          <Icon size={16} aria-hidden className="shrink-0 text-muted" />
          <TitleInput label={t("title")} title={group.title} onCommit={(title) => { store.getState().dispatch(editGroup, { id: group.id, title }); }} />
        </div>
        <p className="text-xs text-muted">{t("text")}</p>
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto px-4 py-3">
        {isSame && <Notice tone="warn">{t("same")}</Notice>}
        {problem && <Notice tone="warn">{describeProblem("", problem)}</Notice>}
        <Labelled label={t("kind")} help={t(`kindHelp.${kind}`)}>
          {({ id, describedBy }) => (
            <Select
              id={id}
              aria-describedby={describedBy}
              value={kind}
              options={kinds.map((value) => ({ value, label: t(`kinds.${value}`) }))}
              onChange={(value) => {
                store.getState().dispatch(editGroup, { id: group.id, repeat: value === "rounds" ? onceMore : null, sweep: value === "sweep" ? firstSweep : null });
              }}
            />
          )}
        </Labelled>
        {group.repeat && <Rounds group={group} repeat={group.repeat} />}
        {group.sweep && <SweepSettings group={group} sweep={group.sweep} />}
        {ungroup && <Button onClick={() => { ungroup.run(); }}>{ungroup.label}</Button>}
      </div>
    </section>
  );
}
