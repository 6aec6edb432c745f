import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Input } from "@/components/ui/input";
import type { FieldProps } from "../field-props";

export function StringListField({ id, label, value, invalid, describedBy, onCommit }: FieldProps) {
  const t = useTranslations("params");
  const [draft, setDraft] = useState("");
  const items = Array.isArray(value) ? value.map(String) : [];
  const add = () => {
    if (draft === "") return;
    onCommit([...items, draft]);
    setDraft("");
  };
  return (
    <div className="flex flex-col gap-1">
      {items.map((item, index) => (
        <div key={`${String(index)}-${item}`} className="flex items-center gap-1 rounded border bg-raised pl-2">
          <code className="min-w-0 flex-1 truncate font-mono text-xs">{JSON.stringify(item)}</code>
          <IconButton
            label={t("removeItem", { item })}
            onClick={() => {
              onCommit(items.filter((_, other) => other !== index));
            }}
          >
            <X size={13} />
          </IconButton>
        </div>
      ))}
      <div className="flex gap-1">
        <Input
          id={id}
          value={draft}
          invalid={invalid}
          aria-describedby={describedBy}
          placeholder={t("addItem", { label })}
          onChange={(event) => {
            setDraft(event.target.value);
          }}
          onBlur={add}
          onKeyDown={(event) => {
            if (event.key === "Enter") add();
          }}
        />
        <Button size="md" aria-label={t("add")} onClick={add}>
          <Plus size={14} />
        </Button>
      </div>
    </div>
  );
}
