import { useTranslations } from "use-intl";
import { findGroup } from "@/components/canvas/shown-round";
import { useDocumentState, useStudio, useViewState } from "@/components/canvas/studio-context";
import { Select } from "@/components/ui/select";

const ALL = "all";

/** Which round or trial of a step one looks at: its settings, and its tables. */
export function RoundPicker({ nodeId, rounds, all }: { nodeId: string; rounds: number; all: string }) {
  const t = useTranslations("studio.group");
  const { view } = useStudio();
  const round = useViewState((state) => state.round);
  const isSweep = useDocumentState((state) => findGroup(state.document, nodeId)?.sweep != null);
  if (rounds <= 1) return null;
  const numbers = Array.from({ length: rounds }, (_, index) => String(index + 1));
  return (
    <Select
      size="sm"
      aria-label={t(isSweep ? "trialShown" : "roundShown")}
      value={round === null || round > rounds ? ALL : String(round)}
      options={[{ value: ALL, label: all }, ...numbers.map((number) => ({ value: number, label: t(isSweep ? "trialNumber" : "roundNumber", { round: number }) }))]}
      onChange={(value) => {
        view.getState().showRound(value === ALL ? null : Number(value));
      }}
    />
  );
}
