import { valueNamed } from "@/lib/core/named-values";
import { ArrowRight } from "lucide-react";
import type { FieldProps } from "../field-props";
import { Input } from "@/components/ui/input";
import { useDraft } from "../use-draft";

function RenameRow({ from, to, onCommit }: { from: string; to: string; onCommit: (to: string) => void }) {
  const draft = useDraft(to, onCommit);
  return (
    <div className="flex items-center gap-1.5">
      <span className="min-w-0 flex-1 truncate text-sm" title={from}>
        {from}
      </span>
      <ArrowRight size={13} className="shrink-0 text-faint" aria-hidden />
      <Input
        aria-label={from}
        value={draft.text}
        placeholder={from}
        className="flex-1"
        onChange={(event) => {
          draft.change(event.target.value);
        }}
        onBlur={draft.commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") draft.commit();
        }}
      />
    </div>
  );
}

const isMap = (value: unknown): value is Record<string, string> => typeof value === "object" && value !== null && !Array.isArray(value);

/** New names for columns; a column left empty keeps its own. */
export function RenameField({ label, columns, value, onCommit }: FieldProps) {
  const map = isMap(value) ? value : {};
  const names = [...new Set([...(columns ?? []).map((column) => column.name), ...Object.keys(map)])];
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-1">
      {names.map((name) => (
        <RenameRow
          key={name}
          from={name}
          to={valueNamed(map, name) ?? ""}
          onCommit={(to) => {
            const rest = Object.fromEntries(Object.entries(map).filter(([from]) => from !== name));
            onCommit(to.trim() === "" || to === name ? rest : { ...rest, [name]: to.trim() });
          }}
        />
      ))}
    </div>
  );
}
