import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { z } from "zod";
import { useTranslations } from "use-intl";
import { getParamWords } from "@/components/steps/step-words";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import type { ParamField } from "@/lib/steps/_sdk/param-fields";
import type { FieldProps } from "../field-props";
import { isMemberShown, startEntry, type Entry } from "../record-members";
import { unwrapSchema } from "../unwrap-schema";

interface RecordsFieldProps extends FieldProps {
  /** Draws the control of a member. Handed in, because that control may be any field. */
  renderMember: (field: ParamField, props: FieldProps) => ReactNode;
}

/** A list of objects, each with a control for every member that is asked for. */
export function RecordsField({ renderMember, ...props }: RecordsFieldProps) {
  const { id, label, stepId, param, schema, value, onCommit } = props;
  const t = useTranslations("params");
  const element = schema instanceof z.ZodArray ? schema.element : null;
  const shape: Record<string, z.ZodType> = element instanceof z.ZodObject ? element.shape : {};
  const members = Object.entries(shape);
  const items = Array.isArray(value) ? (value as Entry[]) : [];
  const words = getParamWords(stepId, param).members ?? {};
  return (
    <div role="group" aria-label={label} className="flex flex-col gap-2">
      {items.map((item, index) => (
        <div key={index} role="group" aria-label={t("entry", { number: index + 1 })} className="flex items-start gap-1 rounded border bg-raised p-2">
          <div className="grid min-w-0 flex-1 gap-2">
            {members.filter(([, member]) => isMemberShown(member, item)).map(([name, member]) => {
              const memberId = `${id}-${String(index)}-${name}`;
              const memberLabel = words[name]?.label ?? name;
              const { inner, nullable } = unwrapSchema(member);
              return (
                <div key={name} className="flex flex-col gap-0.5">
                  <label htmlFor={memberId} className="text-xs text-muted">
                    {memberLabel}
                  </label>
                  {renderMember(member.meta()?.field ?? { kind: "text" }, {
                    ...props,
                    id: memberId,
                    label: memberLabel,
                    param: `${param}.${name}`,
                    schema: inner,
                    nullable,
                    value: item[name],
                    onCommit: (next) => {
                      onCommit(items.map((other, at) => (at === index ? { ...other, [name]: next } : other)));
                    },
                  })}
                </div>
              );
            })}
          </div>
          <IconButton
            label={t("removeItem", { item: t("entry", { number: index + 1 }) })}
            onClick={() => {
              onCommit(items.filter((_, at) => at !== index));
            }}
          >
            <X size={13} />
          </IconButton>
        </div>
      ))}
      <Button
        id={items.length === 0 ? id : undefined}
        className="self-start"
        onClick={() => {
          onCommit([...items, startEntry(shape)]);
        }}
      >
        <Plus size={13} aria-hidden />
        {t("add")}
      </Button>
    </div>
  );
}
