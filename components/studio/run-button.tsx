import { ChevronDown, Play } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { storeRowLimit } from "@/components/canvas/row-limit";
import { isActive } from "@/components/canvas/run-store";
import { useDocumentState, usePlanState, useRunState, useStudio } from "@/components/canvas/studio-context";
import { startRunOf } from "@/components/canvas/use-studio-commands";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Menu } from "@/components/ui/menu";
import type { MenuEntry } from "@/components/ui/menu-item";
import { Tooltip } from "@/components/ui/tooltip";
import { estimateRun } from "./run-estimate";
import { RunProgress } from "./run-progress";

const CHOICES = [10, 100, 1000];

function FirstRowsDialog({ open, onOpenChange, onChoose }: { open: boolean; onOpenChange: (open: boolean) => void; onChoose: (rows: number) => void }) {
  const t = useTranslations("studio.run");
  const [text, setText] = useState("50");
  const rows = Number(text);
  const isValid = Number.isInteger(rows) && rows > 0;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={t("otherRows")}
      footer={
        <Button
          variant="primary"
          disabled={!isValid}
          onClick={() => {
            onChoose(rows);
            onOpenChange(false);
          }}
        >
          {t("useRows")}
        </Button>
      }
    >
      <label className="flex flex-col gap-1">
        <span>{t("rowsLabel")}</span>
        <Input
          inputMode="numeric"
          value={text}
          invalid={!isValid}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
      </label>
    </Dialog>
  );
}

function useRunEntries(openDialog: () => void): MenuEntry[] {
  const t = useTranslations("studio.run");
  const studio = useStudio();
  const selected = useDocumentState((state) => (state.selection.nodes.length === 1 ? state.selection.nodes[0] : undefined));
  const rowLimit = usePlanState((state) => state.rowLimit);
  const setLimit = (rows: number | null) => {
    storeRowLimit(studio.workflowId, rows);
    studio.plan.getState().setRowLimit(rows);
  };
  const limit = (rows: number | null): MenuEntry => ({
    kind: "item",
    id: `rows-${String(rows)}`,
    label: `${rowLimit === rows ? "● " : "○ "}${rows === null ? t("allRows") : t("firstRows", { rows })}`,
    onSelect: () => {
      setLimit(rows);
    },
  });
  const choices = rowLimit === null || CHOICES.includes(rowLimit) ? CHOICES : [...CHOICES, rowLimit];
  return [
    { kind: "item", id: "all", label: t("all"), shortcut: "Ctrl ⏎", onSelect: () => { startRunOf(studio, { kind: "all" }); } },
    { kind: "item", id: "to", label: t("toHere"), shortcut: "Ctrl ⇧ ⏎", disabled: !selected, onSelect: () => { if (selected) startRunOf(studio, { kind: "to", nodeId: selected }); } },
    { kind: "item", id: "only", label: t("thisStep"), disabled: !selected, onSelect: () => { if (selected) startRunOf(studio, { kind: "only", nodeId: selected }); } },
    { kind: "separator", id: "s" },
    { kind: "label", id: "over", label: t("over") },
    limit(null),
    ...choices.map(limit),
    { kind: "item", id: "other", label: t("otherRows"), onSelect: openDialog },
  ];
}

function Estimate() {
  const t = useTranslations("studio.run");
  const plan = usePlanState((state) => state.plan);
  const known = usePlanState((state) => state.known);
  const rowLimit = usePlanState((state) => state.rowLimit);
  const { steps, calls, isLowerBound } = estimateRun(plan, known, rowLimit);
  if (plan.steps.size === 0) return null;
  if (steps === 0) return <span className="text-xs text-muted">{t("nothingToDo")}</span>;
  return (
    <Tooltip content={t("estimateLong")}>
      <span className="text-xs whitespace-nowrap text-muted">{t("estimate", { steps, calls, atLeast: isLowerBound ? "yes" : "no" })}</span>
    </Tooltip>
  );
}

/** Run, with what to run and over how many rows; while a run lasts, how it goes. */
export function RunButton() {
  const t = useTranslations("studio.run");
  const studio = useStudio();
  const [dialogOpen, setDialogOpen] = useState(false);
  const entries = useRunEntries(() => {
    setDialogOpen(true);
  });
  const run = useRunState((state) => state.run);
  const starting = useRunState((state) => state.starting);
  const rowLimit = usePlanState((state) => state.rowLimit);
  const isEmpty = useDocumentState((state) => state.document.nodes.length === 0);
  if (isActive(run)) return <RunProgress run={run} />;
  return (
    <div className="flex items-center gap-3">
      <Estimate />
      <div className="flex">
        <Button
          variant="primary"
          busy={starting}
          disabled={isEmpty}
          className="rounded-r-none"
          onClick={() => {
            startRunOf(studio, { kind: "all" });
          }}
        >
          <Play size={14} aria-hidden />
          {rowLimit === null ? t("run") : t("runFirst", { rows: rowLimit })}
        </Button>
        <Menu
          trigger={
            <Button variant="primary" aria-label={t("options")} className="rounded-l-none border-l-on-accent/30 px-1">
              <ChevronDown size={14} aria-hidden />
            </Button>
          }
          entries={entries}
        />
      </div>
      <FirstRowsDialog
        open={dialogOpen}
        onOpenChange={setDialogOpen}
        onChoose={(rows) => {
          storeRowLimit(studio.workflowId, rows);
          studio.plan.getState().setRowLimit(rows);
        }}
      />
    </div>
  );
}
