import { useTranslations } from "use-intl";
import { canConnect } from "@/components/canvas/connection-rules";
import { useDocumentState, useStudio } from "@/components/canvas/studio-context";
import { findStep, getOutputs } from "@/components/steps/step-catalogue";
import { getPortLabel } from "@/components/steps/step-words";
import { Select } from "@/components/ui/select";
import { createId } from "@/lib/core/ids";
import type { InputPort } from "@/lib/steps/_sdk/define-step";
import { connect } from "@/lib/workflow/commands/connect";
import { removeElements } from "@/lib/workflow/commands/remove-elements";
import type { WorkflowEdge, WorkflowNode } from "@/lib/workflow/document";

const NOTHING = "\0nothing";
const toKey = (from: WorkflowEdge["from"]) => `${from.node}\0${from.port}`;

/** What feeds a port, chosen from a list: drawing wires without a mouse. */
function InputSelect({ node, port }: { node: WorkflowNode; port: InputPort }) {
  const t = useTranslations("studio.inspector");
  const { document: store } = useStudio();
  const document = useDocumentState((state) => state.document);
  const nodesById = useDocumentState((state) => state.nodesById);
  const to = { node: node.id, port: port.name };
  const edges = document.edges.filter((edge) => edge.to.node === node.id && edge.to.port === port.name);
  const sources = document.nodes.flatMap((other) => {
    const definition = findStep(other.step);
    if (!definition || other.id === node.id) return [];
    const outputs = getOutputs(definition, other.params).filter((output) => canConnect(document, nodesById, { node: other.id, port: output.name }, to));
    return outputs.map((output) => ({
      value: toKey({ node: other.id, port: output.name }),
      label: outputs.length > 1 ? `${other.title} · ${getPortLabel(other.step, output.name)}` : other.title,
    }));
  });
  const label = getPortLabel(node.step, port.name);
  const takesMany = port.many === true;
  const current = edges[0];
  return (
    <div className="flex items-center gap-2">
      <span className="w-24 shrink-0 truncate text-sm">{label}</span>
      <div className="min-w-0 flex-1">
        <Select
          size="sm"
          aria-label={t("inputOf", { port: label })}
          value={takesMany ? "" : current ? toKey(current.from) : NOTHING}
          placeholder={takesMany ? t("inputCount", { count: edges.length }) : ""}
          options={takesMany ? sources : [{ value: NOTHING, label: t("notConnected") }, ...sources]}
          onChange={(value) => {
            const [source = "", output = ""] = value.split("\0");
            const { dispatch } = store.getState();
            if (value === NOTHING) dispatch(removeElements, { nodes: [], edges: edges.map((edge) => edge.id), frames: [] });
            else dispatch(connect, { edge: { id: createId("e"), from: { node: source, port: output }, to }, takesMany });
          }}
        />
      </div>
    </div>
  );
}

export function InputList({ node, ports }: { node: WorkflowNode; ports: readonly InputPort[] }) {
  const t = useTranslations("studio.inspector");
  return (
    <section className="flex flex-col gap-1.5 border-t pt-3">
      <h3 className="text-sm text-muted">{t("inputs")}</h3>
      {ports.map((port) => (
        <InputSelect key={port.name} node={node} port={port} />
      ))}
    </section>
  );
}
