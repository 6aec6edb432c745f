import { X } from "lucide-react";
import { useId } from "react";
import type { z } from "zod";
import { useTranslations } from "use-intl";
import { describeProblem } from "@/components/steps/describe-problem";
import { getParamWords } from "@/components/steps/step-words";
import { Switch } from "@/components/ui/switch";
import type { ParamField } from "@/lib/steps/_sdk/param-fields";
import type { Column } from "@/lib/steps/_sdk/columns";
import type { StepProblem } from "@/lib/steps/_sdk/define-step";
import type { FieldProps } from "./field-props";
import { ColumnField } from "./fields/column-field";
import { ColumnsField } from "./fields/columns-field";
import { DatabaseField } from "./fields/database-field";
import { FileField } from "./fields/file-field";
import { LayoutField } from "./fields/layout-field";
import { ModelField } from "./fields/model-field";
import { NumberField } from "./fields/number-field";
import { PromptField } from "./fields/prompt-field";
import { RecordsField } from "./fields/records-field";
import { RenameField } from "./fields/rename-field";
import { SelectField } from "./fields/select-field";
import { SortKeysField } from "./fields/sort-keys-field";
import { StoredTableField } from "./fields/stored-table-field";
import { StringListField } from "./fields/string-list-field";
import { TableField } from "./fields/table-field";
import { MultilineField, TextField } from "./fields/text-field";
import { unwrapSchema } from "./unwrap-schema";

interface SchemaFieldProps {
  stepId: string;
  param: string;
  schema: z.ZodType;
  value: unknown;
  /** Columns of an input port; null while unknown. */
  columnsOf: (port: string) => Column[] | null;
  problems: StepProblem[];
  /** Shown under the field beside its help. */
  note?: string | undefined;
  /** Asks for another model in all steps of the workflow. */
  onReplaceModel?: (() => void) | undefined;
  onCommit: (value: unknown) => void;
}

type ColumnsOf = SchemaFieldProps["columnsOf"];

function columnsFor(field: ParamField, columnsOf: ColumnsOf): Column[] | null {
  return "port" in field && field.port !== undefined ? columnsOf(field.port) : null;
}

/** The control of a parameter, without its words. */
export function ParamControl({ field, columnsOf, onReplaceModel, ...props }: FieldProps & Pick<SchemaFieldProps, "columnsOf" | "onReplaceModel"> & { field: ParamField }) {
  switch (field.kind) {
    case "multiline":
      return <MultilineField {...props} />;
    case "number":
      return <NumberField {...props} isInteger={false} />;
    case "integer":
      return <NumberField {...props} isInteger />;
    case "switch":
      return <Switch id={props.id} checked={props.value === true} onChange={props.onCommit} />;
    case "select":
      return <SelectField {...props} />;
    case "string-list":
      return <StringListField {...props} />;
    case "prompt":
      return <PromptField {...props} mode={field.port === undefined ? "plain" : "prompt"} />;
    case "layout":
      return <LayoutField {...props} template={field.template} variables={field.variables} />;
    case "expression":
      return <PromptField {...props} mode="expression" />;
    case "column":
      return <ColumnField {...props} />;
    case "columns":
      return <ColumnsField {...props} />;
    case "rename":
      return <RenameField {...props} />;
    case "sort-keys":
      return <SortKeysField {...props} />;
    case "records":
      return (
        <RecordsField
          {...props}
          renderMember={(member, memberProps) => <ParamControl {...memberProps} field={member} columns={columnsFor(member, columnsOf)} columnsOf={columnsOf} />}
        />
      );
    case "code":
      return <PromptField {...props} mode="code" />;
    case "model":
      return <ModelField {...props} onReplaceEverywhere={onReplaceModel} />;
    case "file":
      return <FileField {...props} />;
    case "database":
      return <DatabaseField {...props} />;
    case "stored-table":
      return <StoredTableField {...props} />;
    case "table":
      return <TableField {...props} />;
    default:
      return <TextField {...props} />;
  }
}

/** One parameter: label, control, what is wrong with it, and what it is for. */
export function SchemaField({ stepId, param, schema, value, columnsOf, problems, note, onReplaceModel, onCommit }: SchemaFieldProps) {
  const t = useTranslations("params");
  const id = useId();
  const field: ParamField = schema.meta()?.field ?? { kind: "text" };
  const { inner, nullable } = unwrapSchema(schema);
  const { label, help } = getParamWords(stepId, param);
  const describedBy = `${id}-text`;
  const isRow = field.kind === "switch";
  return (
    <div className={isRow ? "grid grid-cols-[1fr_auto] items-center gap-x-3" : "flex flex-col gap-1"} data-param={param}>
      <div className="flex h-5 items-center gap-1">
        <label htmlFor={id} className="min-w-0 truncate text-sm font-medium">
          {label}
        </label>
        {nullable && value !== null && value !== undefined && (
          <button
            type="button"
            aria-label={t("clearField", { label })}
            title={t("clearField", { label })}
            onClick={() => {
              onCommit(null);
            }}
            className="ml-auto flex items-center gap-0.5 rounded-sm px-1 text-xs text-muted hover:bg-hover"
          >
            <X size={11} aria-hidden /> {t("clear")}
          </button>
        )}
      </div>
      <ParamControl
        field={field}
        id={id}
        label={label}
        stepId={stepId}
        param={param}
        schema={inner}
        nullable={nullable}
        value={value}
        columns={columnsFor(field, columnsOf)}
        columnsOf={columnsOf}
        onReplaceModel={onReplaceModel}
        invalid={problems.length > 0}
        describedBy={describedBy}
        onCommit={onCommit}
      />
      <div id={describedBy} className="col-span-2 text-xs">
        {problems.map((problem, index) => (
          <p key={`${problem.code}-${String(index)}`} className="text-bad">
            {describeProblem(stepId, problem)}
          </p>
        ))}
        {note && <p className="text-muted">{note}</p>}
        {help && <p className="text-muted">{help}</p>}
      </div>
    </div>
  );
}
