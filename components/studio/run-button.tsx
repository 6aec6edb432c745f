import { Check, ChevronDown, Play } from "lucide-react";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { storeBudget, storeRowLimit } from "@/components/canvas/run-options";
import { isActive } from "@/components/canvas/run-store";
import { useDocumentState, usePlanState, useRunState, useStudio } from "@/components/canvas/studio-context";
import { startRunOf } from "@/components/canvas/use-studio-commands";
import { Button } from "@/components/ui/button";
import { Menu } from "@/components/ui/menu";
import type { MenuEntry } from "@/components/ui/menu-item";
import { NumberDialog } from "./number-dialog";
import { RunEstimate } from "./run-estimate";
import { RunProgress } from "./run-progress";
import { useWorkflowBudget } from "./use-workflow-budget";

const CHOICES = [10, 100, 1000];
const MICROS = 1_000_000;

type RunDialog = "rows" | "budget" | "workflow-budget";

function useRunEntries(openDialog: (kind: RunDialog) => void): MenuEntry[] {
  const t = useTranslations("studio.run");
  const format = useFormatter();
  const studio = useStudio();
  const selected = useDocumentState((state) => (state.selection.nodes.length === 1 ? state.selection.nodes[0] : undefined));
  const rowLimit = usePlanState((state) => state.rowLimit);
  const budget = useRunState((state) => state.budgetMicros);
  const { budget: shared } = useWorkflowBudget(studio.workflowId);
  const dollars = (micros: number) => format.number(micros / MICROS, { style: "currency", currency: "USD" });
  const amountOf = (micros: number | null | undefined) => (micros === null || micros === undefined ? "none" : dollars(micros));
  const setLimit = (rows: number | null) => {
    storeRowLimit(studio.workflowId, rows);
    studio.plan.getState().setRowLimit(rows);
  };
  const limit = (rows: number | null): MenuEntry => ({
    kind: "item",
    id: `rows-${String(rows)}`,
    icon: <Check size={14} className={rowLimit === rows ? "text-accent" : "invisible"} aria-hidden />,
    label: rows === null ? t("allRows") : t("firstRows", { rows }),
    checked: rowLimit === rows,
    onSelect: () => {
      setLimit(rows);
    },
  });
  const choices = rowLimit === null || CHOICES.includes(rowLimit) ? CHOICES : [...CHOICES, rowLimit];
  return [
    { kind: "item", id: "all", label: t("all"), shortcut: "Ctrl ⏎", onSelect: () => { startRunOf(studio, { kind: "all" }); } },
    { kind: "item", id: "to", label: t("toHere"), shortcut: "Ctrl ⇧ ⏎", disabled: !selected, onSelect: () => { if (selected) startRunOf(studio, { kind: "to", nodeId: selected }); } },
    { kind: "item", id: "only", label: t("thisStep"), disabled: !selected, onSelect: () => { if (selected) startRunOf(studio, { kind: "only", nodeId: selected }); } },
    { kind: "item", id: "from", label: t("fromHere"), disabled: !selected, onSelect: () => { if (selected) startRunOf(studio, { kind: "from", nodeId: selected }); } },
    { kind: "separator", id: "s" },
    { kind: "label", id: "over", label: t("over") },
    limit(null),
    ...choices.map(limit),
    { kind: "item", id: "other", icon: <span className="w-3.5" aria-hidden />, label: t("otherRows"), onSelect: () => { openDialog("rows"); } },
    { kind: "separator", id: "s2" },
    { kind: "item", id: "budget", label: t("budget", { amount: amountOf(budget) }), onSelect: () => { openDialog("budget"); } },
    {
      kind: "item",
      id: "workflow-budget",
      label: t("workflowBudget", { amount: amountOf(shared?.budgetMicros), spent: dollars(shared?.spentMicros ?? 0) }),
      onSelect: () => { openDialog("workflow-budget"); },
    },
  ];
}

/** What the run menu asks for in a dialog: over how many rows, or for how much money. */
function RunDialogs({ open, onClose }: { open: RunDialog | null; onClose: () => void }) {
  const t = useTranslations("studio.run");
  const format = useFormatter();
  const studio = useStudio();
  const budget = useRunState((state) => state.budgetMicros);
  const { budget: shared, change: changeShared } = useWorkflowBudget(studio.workflowId);
  const isMoney = (amount: number | null) => amount === null || amount * MICROS >= 1;
  const toMicros = (amount: number | null) => (amount === null ? null : Math.round(amount * MICROS));
  return (
    <>
      <NumberDialog
        open={open === "workflow-budget"}
        onClose={onClose}
        title={t("workflowBudgetTitle")}
        label={t("workflowBudgetLabel")}
        help={t("workflowBudgetHelp", { spent: format.number((shared?.spentMicros ?? 0) / MICROS, { style: "currency", currency: "USD", maximumFractionDigits: 4 }) })}
        submit={t("useBudget")}
        initial={shared?.budgetMicros ? shared.budgetMicros / MICROS : null}
        isValid={isMoney}
        onChoose={(amount) => {
          changeShared(toMicros(amount));
        }}
      />
      <NumberDialog
        open={open === "rows"}
        onClose={onClose}
        title={t("otherRows")}
        label={t("rowsLabel")}
        submit={t("useRows")}
        initial={50}
        isValid={(rows) => rows !== null && Number.isInteger(rows) && rows > 0}
        onChoose={(rows) => {
          storeRowLimit(studio.workflowId, rows);
          studio.plan.getState().setRowLimit(rows);
        }}
      />
      <NumberDialog
        open={open === "budget"}
        onClose={onClose}
        title={t("budgetTitle")}
        label={t("budgetLabel")}
        help={t("budgetHelp")}
        submit={t("useBudget")}
        initial={budget === null ? null : budget / MICROS}
        isValid={isMoney}
        onChoose={(amount) => {
          const micros = toMicros(amount);
          storeBudget(studio.workflowId, micros);
          studio.run.getState().setBudget(micros);
        }}
      />
    </>
  );
}

/** Run, with what to run and over how many rows; while a run lasts, how it goes. */
export function RunButton() {
  const t = useTranslations("studio.run");
  const studio = useStudio();
  const [dialog, setDialog] = useState<RunDialog | null>(null);
  const entries = useRunEntries(setDialog);
  const dialogs = (
    <RunDialogs
      open={dialog}
      onClose={() => {
        setDialog(null);
      }}
    />
  );
  const run = useRunState((state) => state.run);
  const starting = useRunState((state) => state.starting);
  const rowLimit = usePlanState((state) => state.rowLimit);
  const isEmpty = useDocumentState((state) => state.document.nodes.length === 0);
  if (isActive(run)) {
    return (
      <>
        <RunProgress
          run={run}
          onBudget={setDialog}
        />
        {dialogs}
      </>
    );
  }
  return (
    <div className="flex items-center gap-3">
      <RunEstimate />
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
      {dialogs}
    </div>
  );
}
