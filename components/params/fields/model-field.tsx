import Link from "next/link";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Select } from "@/components/ui/select";
import { listModels } from "@/lib/contracts/models";
import { modelRef } from "@/lib/steps/_sdk/model-ref";
import type { FieldProps } from "../field-props";

const NOTHING = "\0nothing";
const toKey = (ref: { connection: string; model: string }) => JSON.stringify([ref.connection, ref.model]);

/** A model that prompts can be sent to: built-in, trained here, or of a connection. */
export function ModelField({ id, value, nullable, invalid, describedBy, onCommit }: FieldProps) {
  const t = useTranslations("params");
  const models = useApi(listModels, {});
  const current = modelRef.safeParse(value);
  const listed = models.data?.models ?? [];
  const options = listed.map((model) => ({ value: toKey(model.ref), label: model.label, group: model.kind === "api" ? model.connection : t(`modelKind.${model.kind}`) }));
  if (current.success && !listed.some((model) => toKey(model.ref) === toKey(current.data))) {
    options.push({ value: toKey(current.data), label: current.data.model, group: current.data.connection });
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
