import Link from "next/link";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Select } from "@/components/ui/select";
import { listConnections, listModels, takesPrompts } from "@/lib/contracts/models";
import { modelRef } from "@/lib/steps/_sdk/model-ref";
import type { FieldProps } from "../field-props";
import { OtherModel } from "./other-model";

const NOTHING = "\0nothing";
const OTHER = "\0other";
const EVERYWHERE = "\0everywhere";

type ModelFieldProps = Pick<FieldProps, "id" | "value" | "nullable" | "invalid" | "describedBy" | "onCommit"> & {
  /** Asks for another model in all steps that use this one. */
  onReplaceEverywhere?: (() => void) | undefined;
};
const toKey = (ref: { connection: string; model: string }) => JSON.stringify([ref.connection, ref.model]);

/** A model that prompts can be sent to: built-in, trained here, or of a connection. */
export function ModelField({ id, value, nullable, invalid, describedBy, onCommit, onReplaceEverywhere }: ModelFieldProps) {
  const t = useTranslations("params");
  const [isNaming, setIsNaming] = useState(false);
  const models = useApi(listModels, {});
  const connections = useApi(listConnections, {}, { enabled: isNaming });
  const current = modelRef.safeParse(value);
  const listed = models.data?.models ?? [];
  const options = listed.map((model) => ({ value: toKey(model.ref), label: model.label, group: model.kind === "api" ? model.connection : t(`modelKind.${model.kind}`) }));
  if (current.success && !listed.some((model) => toKey(model.ref) === toKey(current.data))) {
    options.push({ value: toKey(current.data), label: current.data.model, group: current.data.connection });
  }
  options.push({ value: OTHER, label: t("otherModel.choose"), group: "" });
  if (onReplaceEverywhere && current.success) options.push({ value: EVERYWHERE, label: t("replaceModel"), group: "" });
  if (isNaming) {
    return (
      <OtherModel
        connections={connections.data?.connections.filter((connection) => takesPrompts(connection.provider)) ?? []}
        onChoose={(ref) => {
          setIsNaming(false);
          onCommit(ref);
        }}
        onCancel={() => {
          setIsNaming(false);
        }}
      />
    );
  }
  return (
    <div className="flex flex-col gap-1">
      <Select
        id={id}
        value={current.success ? toKey(current.data) : nullable ? NOTHING : ""}
        options={nullable ? [{ value: NOTHING, label: t("notSet") }, ...options] : options}
        placeholder={t("chooseModel")}
        invalid={invalid}
        aria-describedby={describedBy}
        onChange={(next) => {
          if (next === OTHER) {
            setIsNaming(true);
            return;
          }
          if (next === EVERYWHERE) {
            onReplaceEverywhere?.();
            return;
          }
          const [connection, model] = next === NOTHING ? [] : (JSON.parse(next) as [string, string]);
          onCommit(connection && model ? { connection, model } : null);
        }}
      />
      <Link href="/connections" className="self-start text-xs text-accent hover:underline">
        {t("manageConnections")}
      </Link>
    </div>
  );
}
