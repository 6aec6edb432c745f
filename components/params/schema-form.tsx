import { ChevronRight } from "lucide-react";
import { useEffect, useRef, useState, type ReactNode } from "react";
import type { z } from "zod";
import { useTranslations } from "use-intl";
import type { AnyStepDefinition, StepProblem } from "@/lib/steps/_sdk/define-step";
import type { Capabilities } from "@/lib/contracts/providers";
import { isUnset } from "@/lib/plan/check-provider";
import type { Column } from "@/lib/steps/_sdk/columns";
import { classNames } from "@/components/ui/class-names";
import { SchemaField } from "./schema-field";

interface SchemaFormProps {
  definition: AnyStepDefinition;
  params: Record<string, unknown>;
  problems: StepProblem[];
  columnsOf: (port: string) => Column[] | null;
  noteOf: (param: string) => string | undefined;
  /** What the provider of the step's model can do; null as long as it is not known. */
  capabilities: Capabilities | null;
  /** Asks for another model in all steps of the workflow. */
  onReplaceModel?: () => void;
  onCommit: (param: string, value: unknown) => void;
  /** A parameter to be brought into view. */
  revealed?: { param: string; count: number } | null;
}

/** What a provider has not is offered only where it was set for another one, to be taken back. */
function isVisible([param, schema]: [string, z.ZodType], params: Record<string, unknown>, capabilities: Capabilities | null): boolean {
  const { visibleWhen, needs } = schema.meta() ?? {};
  if (needs !== undefined && capabilities?.[needs] !== true && isUnset(params[param])) return false;
  return !visibleWhen || visibleWhen.is.includes(params[visibleWhen.param]);
}

/** The form of any step, made from its parameters' schema. */
export function SchemaForm({ definition, params, problems, columnsOf, noteOf, capabilities, onReplaceModel, onCommit, revealed = null }: SchemaFormProps) {
  const t = useTranslations("params");
  const [isOpen, setIsOpen] = useState(false);
  const shown = Object.entries(definition.params.shape as Record<string, z.ZodType>).filter((entry) => isVisible(entry, params, capabilities));
  const isAdvanced = ([, schema]: [string, z.ZodType]) => schema.meta()?.advanced === true;
  const draw = ([param, schema]: [string, z.ZodType]): ReactNode => (
    <SchemaField
      key={param}
      stepId={definition.id}
      param={param}
      schema={schema}
      // A parameter that came after the step was drawn stands at its default.
      value={params[param] === undefined ? schema.safeParse(undefined).data : params[param]}
      columnsOf={columnsOf}
      problems={problems.filter((problem) => problem.param === param)}
      note={noteOf(param)}
      onReplaceModel={onReplaceModel}
      onCommit={(value) => {
        onCommit(param, value);
      }}
    />
  );
  const advanced = shown.filter(isAdvanced);
  const hasAdvancedProblem = advanced.some(([param]) => problems.some((problem) => problem.param === param));
  const isRevealed = advanced.some(([param]) => param === revealed?.param);
  const open = isOpen || hasAdvancedProblem || isRevealed;
  const form = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (revealed === null) return;
    const field = form.current?.querySelector<HTMLElement>(`[data-param="${CSS.escape(revealed.param)}"]`);
    field?.scrollIntoView({ block: "center" });
    field?.querySelector<HTMLElement>("input, textarea, button, [role=combobox]")?.focus();
  }, [revealed]);
  return (
    <div ref={form} className="flex flex-col gap-4">
      {shown.filter((entry) => !isAdvanced(entry)).map(draw)}
      {advanced.length > 0 && (
        <section className="flex flex-col gap-4 border-t pt-3">
          <button
            type="button"
            aria-expanded={open}
            onClick={() => {
              setIsOpen(!open);
            }}
            className="flex items-center gap-1 self-start rounded-sm text-sm text-muted hover:text-text"
          >
            <ChevronRight size={14} className={classNames("transition-transform", open && "rotate-90")} aria-hidden />
            {t("advanced")}
          </button>
          {open && advanced.map(draw)}
        </section>
      )}
    </div>
  );
}
