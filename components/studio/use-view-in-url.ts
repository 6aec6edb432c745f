import { useEffect } from "react";
import { useStudio, type Studio } from "@/components/canvas/studio-context";

/** Reads `?step=&port=&row=&table=`: a link opens the very view it was copied from. */
function readUrl({ document, view }: Studio): void {
  const search = new URLSearchParams(location.search);
  const step = search.get("step");
  if (!step || !document.getState().nodesById.has(step)) return;
  document.getState().select({ nodes: [step], edges: [] });
  const tableId = search.get("table");
  const row = Number(search.get("row"));
  view.getState().showData({ tab: search.get("port") ?? "", row: tableId && Number.isInteger(row) && row >= 0 ? { tableId, row } : null });
}

function writeUrl({ document, view }: Studio): void {
  const { tab, row } = view.getState().data;
  const { nodes } = document.getState().selection;
  const search = new URLSearchParams();
  if (nodes.length === 1 && nodes[0] !== undefined) {
    search.set("step", nodes[0]);
    if (tab !== "") search.set("port", tab);
    if (row) {
      search.set("table", row.tableId);
      search.set("row", String(row.row));
    }
  }
  const text = search.toString();
  const next = `${location.pathname}${text ? `?${text}` : ""}`;
  if (next !== location.pathname + location.search) history.replaceState(history.state, "", next);
}

/** Keeps the address in step with what is shown. */
export function useViewInUrl(): void {
  const studio = useStudio();
  useEffect(() => {
    readUrl(studio);
    const ends = [
      studio.view.subscribe(() => {
        writeUrl(studio);
      }),
      studio.document.subscribe((state, before) => {
        if (state.selection === before.selection) return;
        // The drawer belongs to the step that was selected.
        if (state.selection.nodes[0] !== before.selection.nodes[0]) studio.view.getState().showData({ row: null });
        writeUrl(studio);
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [studio]);
}
