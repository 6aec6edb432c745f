import { useTranslations } from "use-intl";
import { Tooltip } from "@/components/ui/tooltip";
import type { ApiReply } from "@/components/api/call-api";
import type { readProfile } from "@/lib/contracts/tables";

export type ColumnProfile = ApiReply<typeof readProfile>["columns"][number];

const HEIGHT = 16;
const WIDTH = 72;
const MAX_TOP_VALUES = 5;

function Bars({ counts }: { counts: number[] }) {
  const max = Math.max(1, ...counts);
  const width = WIDTH / counts.length;
  return (
    <svg width={WIDTH} height={HEIGHT} className="text-line-strong" aria-hidden>
      {counts.map((count, index) => {
        const height = count === 0 ? 0 : Math.max(1, (count / max) * HEIGHT);
        return <rect key={index} x={index * width} y={HEIGHT - height} width={Math.max(1, width - 1)} height={height} fill="currentColor" />;
      })}
    </svg>
  );
}

/** The small picture in a column's header: a histogram, or the commonest values. More is one hover away. */
export function ColumnProfileView({ profile, onFilter }: { profile: ColumnProfile; onFilter: (value: string) => void }) {
  const t = useTranslations("data.profile");
  const isCategory = profile.topValues.length > 0 && profile.distinct !== null && profile.distinct <= 12;
  const counts = isCategory ? profile.topValues.map((entry) => entry.count) : profile.histogram.map((bin) => bin.count);
  const isLength = ["text", "list", "vector", "messages", "tools", "binary"].includes(profile.type);
  const facts = [
    profile.nulls > 0 ? t("nulls", { count: profile.nulls }) : null,
    profile.distinct === null ? null : t("distinct", { count: profile.distinct }),
    profile.mean === null ? null : isLength ? t("meanLength", { value: profile.mean }) : t("mean", { value: profile.mean }),
    profile.min === null || profile.max === null ? null : isLength ? t("lengths", { min: profile.min, max: profile.max }) : t("range", { min: profile.min, max: profile.max }),
  ].filter((fact) => fact !== null);
  const details = (
    <div className="flex flex-col gap-0.5">
      {facts.map((fact) => (
        <div key={fact}>{fact}</div>
      ))}
      {isCategory &&
        profile.topValues.slice(0, MAX_TOP_VALUES).map((entry) => (
          <button
            key={entry.value}
            type="button"
            className="flex justify-between gap-3 text-left hover:underline"
            onClick={() => {
              onFilter(entry.value);
            }}
          >
            <span className="max-w-48 truncate">{entry.value}</span>
            <span className="text-muted">{entry.count}</span>
          </button>
        ))}
    </div>
  );
  return (
    <Tooltip content={details} side="top">
      <div className="flex h-4 items-center gap-1.5 overflow-hidden text-2xs whitespace-nowrap text-faint">
        {counts.length > 0 && <Bars counts={counts} />}
        <span className="truncate">{facts[isLength && facts.length > 1 ? 1 : 0] ?? ""}</span>
      </div>
    </Tooltip>
  );
}
