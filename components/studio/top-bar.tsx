import { ChevronLeft, Ellipsis, PanelBottom, PanelLeft, PanelRight, Redo2, Undo2 } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { useDocumentState, useStudio, useViewState } from "@/components/canvas/studio-context";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Kbd } from "@/components/ui/kbd";
import { Menu } from "@/components/ui/menu";
import type { Panel } from "@/components/canvas/view-store";
import { RunButton } from "./run-button";
import { SaveStateLabel } from "./save-state";
import { downloadDocument } from "./download-document";
import { WorkflowName } from "./workflow-name";

const panels: { id: Panel; icon: typeof PanelLeft; key: string }[] = [
  { id: "palette", icon: PanelLeft, key: "B" },
  { id: "data", icon: PanelBottom, key: "J" },
  { id: "inspector", icon: PanelRight, key: "I" },
];

function UndoButtons() {
  const t = useTranslations("canvas.commands");
  const { document } = useStudio();
  const canUndo = useDocumentState((state) => state.history.undo.length + state.history.pending.length > 0);
  const canRedo = useDocumentState((state) => state.history.redo.length > 0);
  return (
    <div className="flex">
      <IconButton
        label={t("undo")}
        shortcut="Ctrl Z"
        disabled={!canUndo}
        onClick={() => {
          document.getState().undo();
        }}
      >
        <Undo2 size={15} />
      </IconButton>
      <IconButton
        label={t("redo")}
        shortcut="Ctrl ⇧ Z"
        disabled={!canRedo}
        onClick={() => {
          document.getState().redo();
        }}
      >
        <Redo2 size={15} />
      </IconButton>
    </div>
  );
}

export function TopBar() {
  const t = useTranslations("studio");
  const { document, view } = useStudio();
  const hidden = useViewState((state) => state.hidden);
  const { openDialog, togglePanel } = view.getState();
  return (
    <header className="flex h-11 shrink-0 items-center gap-2 border-b bg-surface px-2">
      <Link href="/" className="flex h-7 items-center gap-0.5 rounded px-1.5 text-sm text-muted hover:bg-hover hover:text-text">
        <ChevronLeft size={14} aria-hidden />
        {t("workflows")}
      </Link>
      <span className="text-faint">/</span>
      <WorkflowName />
      <SaveStateLabel />
      <UndoButtons />
      <div className="flex-1" />
      <Button
        variant="ghost"
        className="text-muted"
        onClick={() => {
          openDialog("commands");
        }}
      >
        {t("commands")} <Kbd>Ctrl K</Kbd>
      </Button>
      <div className="flex">
        {panels.map(({ id, icon: Icon, key }) => (
          <IconButton
            key={id}
            label={t(`panels.${id}`)}
            shortcut={key}
            active={!hidden[id]}
            onClick={() => {
              togglePanel(id);
            }}
          >
            <Icon size={15} />
          </IconButton>
        ))}
        <Menu
          trigger={
            <IconButton label={t("more")}>
              <Ellipsis size={15} />
            </IconButton>
          }
          entries={[
            { kind: "item", id: "versions", label: t("versions.title"), onSelect: () => { openDialog("versions"); } },
            { kind: "item", id: "export", label: t("export"), onSelect: () => { downloadDocument(document.getState().document); } },
            { kind: "separator", id: "s" },
            { kind: "item", id: "shortcuts", label: t("shortcuts"), shortcut: "?", onSelect: () => { openDialog("shortcuts"); } },
          ]}
        />
      </div>
      <RunButton />
    </header>
  );
}
