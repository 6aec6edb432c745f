import { useTranslations } from "use-intl";
import { useStudio, useViewState } from "@/components/canvas/studio-context";
import { Select } from "@/components/ui/select";

const ALL = "all";

/** Which round of a step in rounds one looks at: its settings, and its tables. */
export function RoundPicker({ rounds, all }: { rounds: number; all: string }) {
  const t = useTranslations("studio.group");
  const { view } = useStudio();
  const round = useViewState((state) => state.round);
  if (rounds <= 1) return null;
  const numbers = Array.from({ length: rounds }, (_, index) => String(index + 1));
  return (
    <Select
      size="sm"
      aria-label={t("roundShown")}
      value={round === null || round > rounds ? ALL : String(round)}
      options={[{ value: ALL, label: all }, ...numbers.map((number) => ({ value: number, label: t("roundNumber", { round: number }) }))]}
      onChange={(value) => {
        view.getState().showRound(value === ALL ? null : Number(value));
      }}
    />
  );
}
