import { Columns2, Maximize2, Minimize2, Search } from "lucide-react";
import { useQueryClient } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { apiKey, useApi } from "@/components/api/use-api";
import { isActive } from "@/components/canvas/run-store";
import { useDocumentState, usePlanState, useRunState, useStudio, useViewState } from "@/components/canvas/studio-context";
import { useShownRound, useStepStatus } from "@/components/canvas/use-step-status";
import { TrainingPanel } from "@/components/models/training-panel";
import { TuningPanel } from "@/components/models/tuning-panel";
import { RoundPicker } from "@/components/studio/round-picker";
import { RunLog } from "@/components/runs/run-log";
import { EmptyState } from "@/components/ui/empty-state";
import { IconButton } from "@/components/ui/icon-button";
import { SplitPane } from "@/components/ui/split-pane";
import { Tabs } from "@/components/ui/tabs";
import { useStoredState } from "@/components/ui/use-stored-state";
import { readIssues, readTable } from "@/lib/contracts/tables";
import type { WorkflowNode } from "@/lib/workflow/document";
import { trialsNodeId } from "@/lib/workflow/unroll-sweep";
import { roundNodeId } from "@/lib/workflow/unrolled";
import { DownloadMenu } from "./download-menu";
import type { TableSource } from "./find-table";
import { IssueList } from "./issue-list";
import { ResultFiles } from "./result-files";
import { TableChart } from "./table-chart";
import { TableView } from "./table-view";
import { useStepTables, type StepTable, type StepTables } from "./use-step-tables";

/** Pixels: from here on there is room for the input beside the output. */
const WIDE = 1600;

function TableCount({ source }: { source: TableSource | null }) {
  const t = useTranslations("data");
  const table = useApi(readTable, { params: { tableId: source?.tableId ?? "" } }, { enabled: source !== null, refreshMs: source?.isLive ? 1000 : false, keepPrevious: true });
  if (!source || !table.data) return null;
  return <span className="text-xs text-faint">{t("count", { rows: table.data.rows, live: source.isLive ? "yes" : "no" })}</span>;
}

function useCounts(tables: StepTables, plannedId: string): { rejected: number; failed: number } {
  const source = tables.issues;
  const stepRun = useRunState((state) => state.stepsByNode.get(plannedId));
  const table = useApi(readTable, { params: { tableId: source?.tableId ?? "" } }, { enabled: source !== null });
  if (source?.isLive && stepRun) return { rejected: stepRun.rejected, failed: stepRun.failed };
  return { rejected: table.data?.rejected ?? stepRun?.rejected ?? 0, failed: table.data?.failed ?? stepRun?.failed ?? 0 };
}

/** When a step starts or ends, what was counted while it ran is counted once more. */
function useFreshCounts(plannedId: string): void {
  const queries = useQueryClient();
  const state = useRunState((run) => run.stepsByNode.get(plannedId)?.state);
  useEffect(() => {
    for (const operation of [readTable, readIssues]) void queries.invalidateQueries({ queryKey: apiKey(operation) });
  }, [queries, state]);
}

/** Why a table is not there: nothing was run, or the run that goes on has it before it. */
function NoTable({ node, plannedId, isInput = false }: { node: WorkflowNode; plannedId: string; isInput?: boolean }) {
  const t = useTranslations("data");
  const isComing = useRunState((run) => isActive(run.run) && ["waiting", "running"].includes(run.stepsByNode.get(plannedId)?.state ?? ""));
  return <EmptyState title={t("emptyTitle")} text={isComing ? t("emptyComing") : isInput ? t("emptyInput") : t("emptyOutput", { step: node.title })} />;
}

interface BodyProps {
  node: WorkflowNode;
  plannedId: string;
  tables: StepTables;
  tab: string;
  both: boolean;
  search: string;
}

function Body({ node, plannedId, tables, tab, both, search }: BodyProps) {
  const noTable = <NoTable node={node} plannedId={plannedId} />;
  const t = useTranslations("data");
  const draw = (table: StepTable) =>
    table.source ? (
      <TableView key={table.id} label={`${node.title}: ${table.label}`} source={table.source} search={search} isOwn={table.id.startsWith("output")} />
    ) : (
      <div className="h-full flex-1">
        <NoTable node={node} plannedId={plannedId} isInput={table.id.startsWith("input")} />
      </div>
    );
  if (tab === "files") return <ResultFiles step={node.title} fingerprint={tables.result} />;
  if (tab === "chart") {
    return (
      <div className="flex min-w-0 flex-1 flex-wrap content-start items-start gap-8 overflow-auto p-4">
        {tables.charts.map(({ chart, source }) => (
          <TableChart key={`${chart.kind}-${chart.port}`} chart={chart} source={source} empty={noTable} />
        ))}
      </div>
    );
  }
  if (tab === "training") return tables.isTuning ? <TuningPanel nodeId={plannedId} /> : <TrainingPanel nodeId={plannedId} modelId={tables.modelId} />;
  if (tab === "rejected" || tab === "failed") {
    const source = tables.issues;
    if (!source) return noTable;
    return <IssueList key={tab} tableId={source.tableId} kind={tab} isLive={source.isLive} />;
  }
  const table = [...tables.outputs, ...tables.inputs].find((other) => other.id === tab);
  const input = tables.inputs[0];
  if (!table) return noTable;
  if (!both || !input || !tab.startsWith("output")) return draw(table);
  return (
    <SplitPane id="input" label={t("resizeInput")} side="left" initial={480} min={160} max={1400} pane={draw(input)}>
      {draw(table)}
    </SplitPane>
  );
}

function StepData({ node }: { node: WorkflowNode }) {
  const t = useTranslations("data");
  const tGroup = useTranslations("studio.group");
  const { view } = useStudio();
  const shown = useShownRound(node.id);
  const chosen = useViewState((state) => state.round);
  const plannedId = chosen !== null && chosen <= shown.rounds && shown.rounds > 1 ? roundNodeId(node.id, chosen) : shown.id;
  const tables = useStepTables(plannedId);
  const wanted = useViewState((state) => state.data.tab);
  const fullScreen = useViewState((state) => state.fullScreen === "data");
  const [layout, setLayout] = useStoredState("reverie.data-layout");
  const [search, setSearch] = useState("");
  const counts = useCounts(tables, plannedId);
  useFreshCounts(plannedId);
  const both = layout === null ? innerWidth >= WIDE : layout === "both";
  const count = (number: number) => <span className="text-xs text-faint">{number}</span>;
  const label = (table: StepTable, isInput: boolean) => (
    <>
      {isInput ? t("inputTab", { port: table.label, only: tables.inputs.length === 1 ? "yes" : "no" }) : table.label}
      <TableCount source={table.source} />
    </>
  );
  const items = [
    ...(tables.isTrainer ? [{ id: "training", label: t("training") }] : []),
    ...tables.inputs.map((table) => ({ id: table.id, label: label(table, true) })),
    ...(tables.charts.length > 0 ? [{ id: "chart", label: t("chartTab") }] : []),
    ...tables.outputs.map((table) => ({ id: table.id, label: label(table, false) })),
    ...(tables.hasFiles ? [{ id: "files", label: t("filesTab") }] : []),
    ...(tables.isTrainer && !tables.isTuning ? [] : [
      { id: "rejected", label: <>{t("rejected")} {count(counts.rejected)}</> },
      { id: "failed", label: <>{t("failed")} {count(counts.failed)}</> },
    ]),
  ];
  const status = useStepStatus(plannedId);
  // Where nothing came out, why is what one wants to see.
  const isLost = status.kind === "failed" && counts.failed > 0;
  const first = tables.isTrainer ? "training" : tables.charts.length > 0 ? "chart" : isLost ? "failed" : (tables.outputs[0]?.id ?? (tables.hasFiles ? "files" : (tables.inputs[0]?.id ?? "failed")));
  const tab = items.some((item) => item.id === wanted) ? wanted : first;
  const shownTable = [...tables.outputs, ...tables.inputs].find((table) => table.id === tab)?.source ?? null;
  return (
    <div className="flex h-full min-w-0 flex-1 flex-col">
      <header className="flex h-9 shrink-0 items-center gap-2 border-b px-3">
        <h2 className="max-w-60 shrink-0 truncate text-sm font-semibold">{node.title}</h2>
        {shown.rounds > 1 && (
          <div className="w-32 shrink-0">
            <RoundPicker nodeId={node.id} rounds={shown.rounds} all={tGroup("latestRound", { round: shown.round })} />
          </div>
        )}
        <Tabs
          label={t("tabs", { step: node.title })}
          value={tab}
          items={items}
          onChange={(next) => {
            view.getState().showData({ tab: next, row: null });
          }}
        />
        <div className="flex-1" />
        {shownTable && (
          <label className="flex h-7 items-center gap-1 rounded border border-line px-2">
            <Search size={13} className="text-faint" aria-hidden />
            <input
              type="search"
              aria-label={t("search")}
              placeholder={t("search")}
              value={search}
              onChange={(event) => {
                setSearch(event.target.value);
              }}
              className="w-36 bg-transparent text-sm outline-none"
            />
          </label>
        )}
        {tables.inputs.length > 0 && tables.outputs.length > 0 && (
          <IconButton
            label={t("both")}
            active={both}
            onClick={() => {
              setLayout(both ? "one" : "both");
            }}
          >
            <Columns2 size={14} />
          </IconButton>
        )}
        {shownTable && <DownloadMenu tableId={shownTable.tableId} />}
        <IconButton
          label={fullScreen ? t("smaller") : t("fullScreen")}
          shortcut="⇧ J"
          onClick={() => {
            view.getState().setFullScreen(fullScreen ? null : "data");
          }}
        >
          {fullScreen ? <Minimize2 size={14} /> : <Maximize2 size={14} />}
        </IconButton>
      </header>
      <div className="flex min-h-0 flex-1">
        <Body node={node} plannedId={plannedId} tables={tables} tab={tab} both={both} search={useDeferredValue(search)} />
      </div>
    </div>
  );
}

/** The rows of the selected step, or the trials of a selected sweep; with none selected, how the run goes. */
export function DataPane() {
  const selected = useDocumentState((state) => (state.selection.nodes.length === 1 ? state.nodesById.get(state.selection.nodes[0] ?? "") : undefined));
  const frame = useDocumentState((state) => (state.selection.nodes.length === 0 && state.selection.frames.length === 1 ? state.selection.frames[0] : undefined));
  // Of a selected sweep, its trials.
  const trials = usePlanState((state) => (frame === undefined ? undefined : state.plan.steps.get(trialsNodeId(frame))?.node));
  const node = selected ?? trials;
  return <section className="flex h-full bg-surface">{node ? <StepData key={node.id} node={node} /> : <RunLog />}</section>;
}
