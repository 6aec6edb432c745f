import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { CodeEditor } from "../code-editor";
import type { FieldProps } from "../field-props";

interface PromptFieldProps extends FieldProps {
  mode: "prompt" | "expression" | "code" | "plain";
}

/** A prompt, an expression or a program, with the columns it can use as chips that put them in. */
export function PromptField({ id, label, value, columns, invalid, describedBy, mode, onCommit }: PromptFieldProps) {
  const t = useTranslations("params");
  const text = typeof value === "string" ? value : "";
  const describeUnknown = useCallback((column: string) => t("unknownColumn", { column }), [t]);
  const names = columns?.map((column) => column.name) ?? null;
  return (
    <div className="flex flex-col gap-1">
      <CodeEditor
        id={id}
        label={label}
        value={text}
        mode={mode}
        columns={names}
        describeUnknown={describeUnknown}
        placeholder={mode === "prompt" ? t("promptPlaceholder") : ""}
        invalid={invalid}
        describedBy={describedBy}
        onCommit={onCommit}
      />
      {mode !== "plain" && names && names.length > 0 && (
        <div className="flex flex-wrap gap-1" aria-label={t("columns")} role="group">
          {names.map((name) => (
            <button
              key={name}
              type="button"
              title={t("insertColumn", { column: name })}
              onClick={() => {
                const inserted = mode === "prompt" ? `{${name}}` : /^[a-z_]\w*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
                onCommit(text === "" || /\s$/.test(text) ? `${text}${inserted}` : `${text} ${inserted}`);
              }}
              className="max-w-full truncate rounded-sm bg-accent-soft px-1.5 font-mono text-xs text-accent hover:bg-pressed"
            >
              {mode === "prompt" ? `{${name}}` : name}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
