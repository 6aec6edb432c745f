import { useTranslations } from "use-intl";
import { useStudio } from "@/components/canvas/studio-context";
import { renameNode } from "@/lib/workflow/commands/edit-node";
import type { WorkflowNode } from "@/lib/workflow/document";
import { TitleInput } from "./title-input";

export function NodeName({ node }: { node: WorkflowNode }) {
  const t = useTranslations("canvas");
  const { document } = useStudio();
  return <TitleInput label={t("stepTitle")} title={node.title} onCommit={(title) => { document.getState().dispatch(renameNode, { id: node.id, title }); }} />;
}
