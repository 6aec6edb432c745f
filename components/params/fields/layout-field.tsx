import { LayoutTemplate } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { CodeEditor } from "../code-editor";
import type { FieldProps } from "../field-props";

interface LayoutFieldProps extends FieldProps {
  /** What a layout of one's own starts from. */
  template: string;
  variables: readonly string[];
}

const noColumns = () => "";

/** The step's own layout, or a template in its place with what it can name as chips that put it in. */
export function LayoutField({ id, label, value, template, variables, invalid, describedBy, onCommit }: LayoutFieldProps) {
  const t = useTranslations("params");
  if (typeof value !== "string") {
    return (
      <Button
        id={id}
        aria-label={t("customiseLayout")}
        className="self-start"
        onClick={() => {
          onCommit(template);
        }}
      >
        <LayoutTemplate size={13} aria-hidden />
        {t("customiseLayout")}
      </Button>
    );
  }
  return (
    <div className="flex flex-col gap-1">
      <CodeEditor id={id} label={label} value={value} mode="plain" columns={null} describeUnknown={noColumns} invalid={invalid} describedBy={describedBy} onCommit={onCommit} />
      <div className="flex flex-wrap gap-1" aria-label={t("variables")} role="group">
        {variables.map((name) => (
          <button
            key={name}
            type="button"
            title={t("insertColumn", { column: name })}
            onClick={() => {
              onCommit(`${value}{{ ${name} }}`);
            }}
            className="max-w-full truncate rounded-sm bg-accent-soft px-1.5 font-mono text-xs text-accent hover:bg-pressed"
          >
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}
