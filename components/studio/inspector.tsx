import { useTranslations } from "use-intl";
import { findInput } from "@/components/canvas/connection-rules";
import { countRounds, findGroup } from "@/components/canvas/shown-round";
import { useDocumentState, usePlanState, useStudio, useViewState } from "@/components/canvas/studio-context";
import { useStatusWords } from "@/components/canvas/use-status-words";
import { useShownRound, useStepStatus } from "@/components/canvas/use-step-status";
import { SchemaForm } from "@/components/params/schema-form";
import { describeProblem } from "@/components/steps/describe-problem";
import { findStep, getParamField } from "@/components/steps/step-catalogue";
import { StepIcon } from "@/components/steps/step-icon";
import { getStepWords } from "@/components/steps/step-words";
import { EmptyState } from "@/components/ui/empty-state";
import { Labelled } from "@/components/ui/labelled";
import { Notice } from "@/components/ui/notice";
import { Switch } from "@/components/ui/switch";
import { capabilitiesOf } from "@/lib/plan/check-provider";
import { modelKey } from "@/lib/plan/plan-models";
import { isModelRef } from "@/lib/steps/_sdk/model-ref";
import { listParams } from "@/lib/steps/_sdk/param-fields";
import { setRoundParams } from "@/lib/workflow/commands/edit-group";
import { setParams, toggleCache } from "@/lib/workflow/commands/edit-node";
import { isModelReplaced } from "@/lib/steps/_sdk/is-model-replaced";
import type { WorkflowNode } from "@/lib/workflow/document";
import { roundNodeId } from "@/lib/workflow/unrolled";
import { GroupSettings } from "./group-settings";
import { InputList } from "./input-list";
import { NodeName } from "./node-name";
import { NodePreview } from "./node-preview";
import { NoteSettings } from "./note-settings";
import { RoundPicker } from "./round-picker";
import { SelectionSummary } from "./selection-summary";

interface InRound {
  node: WorkflowNode;
  /** Id of the planned step: that of the round one looks at. */
  plannedId: string;
}

function Problems({ node, plannedId }: InRound) {
  const problems = usePlanState((state) => state.plan.steps.get(plannedId)?.problems);
  const shown = (problems ?? []).filter((problem) => problem.code !== "probe_pending");
  if (shown.length === 0) return null;
  return (
    <Notice tone="warn">
      <ul>
        {shown.map((problem, index) => (
          <li key={`${problem.code}-${String(index)}`}>{describeProblem(node.step, problem)}</li>
        ))}
      </ul>
    </Notice>
  );
}

/** Why the step failed in the run, as long as it is still the step that ran. */
function RunFailure({ node, plannedId }: InRound) {
  const status = useStepStatus(plannedId);
  const words = useStatusWords()(node.step, status);
  return status.kind === "failed" ? <Notice tone="bad">{words.long}</Notice> : null;
}

function StepForm({ node, plannedId, round }: InRound & { round: number | null }) {
  const t = useTranslations("params");
  const { document, view } = useStudio();
  const planned = usePlanState((state) => state.plan.steps.get(plannedId));
  const models = usePlanState((state) => state.known.models);
  const definition = findStep(node.step);
  const revealed = useViewState((state) => state.revealed);
  if (!definition) return null;
  const isReplaced = (param: string) => isModelReplaced(definition, planned?.incoming ?? {}, param);
  const ref = listParams(definition.params).flatMap(({ name, meta }) => (meta.field?.kind === "model" && !isReplaced(name) && isModelRef(node.params[name]) ? [node.params[name]] : []))[0];
  return (
    <SchemaForm
      key={plannedId}
      revealed={revealed}
      capabilities={capabilitiesOf(ref ? (models[modelKey(ref)] ?? { unresolved: ref }) : undefined)}
      definition={definition}
      params={(round === null ? null : planned?.node.params) ?? node.params}
      problems={planned?.problems ?? []}
      columnsOf={(port) => (findInput(node, port) ? (planned?.inputColumns[port]?.[0] ?? null) : null)}
      noteOf={(param) => {
        const notes = planned?.renamed.filter((column) => column.param === param).map(({ wanted, name }) => t("columnNamed", { wanted, name })) ?? [];
        if (getParamField(definition, param)?.kind === "model" && isReplaced(param)) notes.unshift(t("modelConnected"));
        return notes.length > 0 ? notes.join(" ") : undefined;
      }}
      onReplaceModel={() => {
        view.getState().openDialog("replace-model");
      }}
      onCommit={(param, value) => {
        if (round === null) document.getState().dispatch(setParams, { id: node.id, params: { [param]: value } });
        else document.getState().dispatch(setRoundParams, { node, round, params: { [param]: value } });
      }}
    />
  );
}

/** The settings of what is selected. */
export function Inspector() {
  const t = useTranslations("studio.inspector");
  const count = useDocumentState((state) => state.selection.nodes.length + state.selection.frames.length);
  const node = useDocumentState((state) => state.nodesById.get(state.selection.nodes[0] ?? ""));
  const group = useDocumentState((state) => state.document.groups.find(({ id }) => id === state.selection.frames[0]));
  const note = useDocumentState((state) => state.document.notes.find(({ id }) => id === state.selection.frames[0]));
  if (count > 1) return <SelectionSummary count={count} />;
  if (node) return <StepSettings node={node} />;
  if (group) return <GroupSettings key={group.id} group={group} />;
  if (note) return <NoteSettings key={note.id} note={note} />;
  return <EmptyState title={t("emptyTitle")} text={t("emptyText")} />;
}

function StepSettings({ node }: { node: WorkflowNode }) {
  const t = useTranslations("studio.inspector");
  const tGroup = useTranslations("studio.group");
  const { document } = useStudio();
  const rounds = useDocumentState((state) => countRounds(state.document, node.id));
  const isSweep = useDocumentState((state) => findGroup(state.document, node.id)?.sweep != null);
  const chosen = useViewState((state) => state.round);
  const round = chosen !== null && chosen <= rounds && rounds > 1 ? chosen : null;
  const plannedId = roundNodeId(node.id, round ?? 1);
  const shown = useShownRound(node.id);
  const definition = findStep(node.step);
  const words = getStepWords(node.step);
  return (
    <section aria-label={t("label", { step: node.title })} className="flex h-full flex-col bg-surface">
      <header className="flex shrink-0 flex-col gap-1 border-b px-4 py-2.5">
        <div className="flex items-center gap-2">
          <span style={{ color: `var(--kind-${definition?.category ?? "tables"})` }}>
            <StepIcon name={definition?.icon ?? ""} size={16} />
          </span>
          <NodeName node={node} />
        </div>
        <p className="text-xs text-muted">
          {words.title}
          {words.description && `: ${words.description}`}
        </p>
      </header>
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-auto px-4 py-3">
        <RoundPicker nodeId={node.id} rounds={rounds} all={tGroup(isSweep ? "allTrials" : "allRounds")} />
        <Problems node={node} plannedId={plannedId} />
        <RunFailure node={node} plannedId={round === null ? shown.id : plannedId} />
        {/* What a trial was given is the sweep's to say. */}
        <fieldset disabled={isSweep && round !== null} inert={isSweep && round !== null} className={isSweep && round !== null ? "opacity-70" : undefined}>
          <StepForm node={node} plannedId={plannedId} round={round} />
        </fieldset>
        <NodePreview node={node} plannedId={plannedId} />
        {definition && definition.inputs.length > 0 && <InputList node={node} ports={definition.inputs} />}
        <Labelled label={t("cache")} help={t("cacheHelp")} inline>
          {({ id, describedBy }) => <Switch id={id} aria-describedby={describedBy} checked={node.cache === "on"} onChange={() => { document.getState().dispatch(toggleCache, { ids: [node.id] }); }} />}
        </Labelled>
      </div>
    </section>
  );
}
