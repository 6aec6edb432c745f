import { useTranslations } from "use-intl";
import { findInput } from "@/components/canvas/connection-rules";
import { useDocumentState, usePlanState, useStudio } from "@/components/canvas/studio-context";
import { useStatusWords } from "@/components/canvas/use-status-words";
import { useStepStatus } from "@/components/canvas/use-step-status";
import { SchemaForm } from "@/components/params/schema-form";
import { describeProblem } from "@/components/steps/describe-problem";
import { findStep, getParamField } from "@/components/steps/step-catalogue";
import { StepIcon } from "@/components/steps/step-icon";
import { getStepWords } from "@/components/steps/step-words";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { setParams } from "@/lib/workflow/commands/edit-node";
import type { WorkflowNode } from "@/lib/workflow/document";
import { InputList } from "./input-list";
import { NodeName } from "./node-name";
import { SelectionSummary } from "./selection-summary";

function Problems({ node }: { node: WorkflowNode }) {
  const problems = usePlanState((state) => state.plan.steps.get(node.id)?.problems);
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
function RunFailure({ node }: { node: WorkflowNode }) {
  const status = useStepStatus(node.id);
  const words = useStatusWords()(node.step, status);
  return status.kind === "failed" ? <Notice tone="bad">{words.long}</Notice> : null;
}

function StepForm({ node }: { node: WorkflowNode }) {
  const t = useTranslations("params");
  const { document, view } = useStudio();
  const planned = usePlanState((state) => state.plan.steps.get(node.id));
  const definition = findStep(node.step);
  if (!definition) return null;
  const modelPort = definition.inputs.find((port) => port.type === "model");
  const hasModelEdge = modelPort !== undefined && (planned?.incoming[modelPort.name]?.length ?? 0) > 0;
  return (
    <SchemaForm
      key={node.id}
      definition={definition}
      params={node.params}
      problems={planned?.problems ?? []}
      columnsOf={(port) => (findInput(node, port) ? (planned?.inputColumns[port]?.[0] ?? null) : null)}
      noteOf={(param) => (hasModelEdge && getParamField(definition, param)?.kind === "model" ? t("modelConnected") : undefined)}
      onReplaceModel={() => {
        view.getState().openDialog("replace-model");
      }}
      onCommit={(param, value) => {
        document.getState().dispatch(setParams, { id: node.id, params: { [param]: value } });
      }}
    />
  );
}

/** The settings of the selected step. */
export function Inspector() {
  const t = useTranslations("studio.inspector");
  const count = useDocumentState((state) => state.selection.nodes.length);
  const node = useDocumentState((state) => state.nodesById.get(state.selection.nodes[0] ?? ""));
  if (!node) return <EmptyState title={t("emptyTitle")} text={t("emptyText")} />;
  if (count > 1) return <SelectionSummary count={count} />;
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
        <Problems node={node} />
        <RunFailure node={node} />
        <StepForm node={node} />
        {definition && definition.inputs.length > 0 && <InputList node={node} ports={definition.inputs} />}
      </div>
    </section>
  );
}
