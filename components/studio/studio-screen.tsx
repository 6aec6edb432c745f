import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import type { ApiReply } from "@/components/api/call-api";
import { beginStudio, createStudio } from "@/components/canvas/create-studio";
import { StudioContext, useViewState } from "@/components/canvas/studio-context";
import { useStudioKeys } from "@/components/canvas/use-studio-keys";
import { WorkflowCanvas } from "@/components/canvas/workflow-canvas";
import { DataPane } from "@/components/tables/data-pane";
import { RowDrawer } from "@/components/tables/row-drawer";
import { SplitPane } from "@/components/ui/split-pane";
import type { readWorkflow } from "@/lib/contracts/workflows";
import { CommandPalette } from "./command-palette";
import { Inspector } from "./inspector";
import { SaveConflict } from "./save-conflict";
import { ReplaceModelDialog } from "./replace-model-dialog";
import { ShortcutsDialog } from "./shortcuts-dialog";
import { StepPalette } from "./step-palette";
import { TopBar } from "./top-bar";
import { useViewInUrl } from "./use-view-in-url";
import { VersionsDialog } from "./versions-dialog";

function Panes() {
  const t = useTranslations("studio");
  const hidden = useViewState((state) => state.hidden);
  const fullScreen = useViewState((state) => state.fullScreen);
  const isAlone = fullScreen !== null;
  if (fullScreen === "data") return <DataPane />;
  return (
    <SplitPane id="data" label={t("resizePane", { pane: t("panels.data") })} side="bottom" initial={250} min={120} max={900} collapsed={hidden.data || isAlone} pane={<DataPane />}>
      <SplitPane id="palette" label={t("resizePane", { pane: t("panels.palette") })} side="left" initial={216} min={150} max={400} collapsed={hidden.palette || isAlone} pane={<StepPalette />}>
        <SplitPane id="inspector" label={t("resizePane", { pane: t("panels.inspector") })} side="right" initial={312} min={260} max={640} collapsed={hidden.inspector || isAlone} pane={<Inspector />}>
          <div className="min-w-0 flex-1">
            <WorkflowCanvas />
          </div>
        </SplitPane>
      </SplitPane>
    </SplitPane>
  );
}

function Screen() {
  useStudioKeys();
  useViewInUrl();
  return (
    <div className="flex h-full flex-col">
      <TopBar />
      <SaveConflict />
      <div className="flex min-h-0 flex-1 flex-col">
        <Panes />
      </div>
      <RowDrawer />
      <CommandPalette />
      <VersionsDialog />
      <ReplaceModelDialog />
      <ShortcutsDialog />
    </div>
  );
}

/** The workflow screen, where people live. */
export function StudioScreen({ workflow }: { workflow: ApiReply<typeof readWorkflow> }) {
  const [studio] = useState(() => createStudio(workflow.id, workflow.revision, workflow.document));
  useEffect(() => beginStudio(studio), [studio]);
  return (
    <StudioContext value={studio}>
      <ReactFlowProvider>
        <Screen />
      </ReactFlowProvider>
    </StudioContext>
  );
}
