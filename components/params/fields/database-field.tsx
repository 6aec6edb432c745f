import Link from "next/link";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Select } from "@/components/ui/select";
import { DATABASE_PROVIDER, listConnections } from "@/lib/contracts/models";
import type { FieldProps } from "../field-props";

/** A connection to a database, by its name. */
export function DatabaseField({ id, value, invalid, describedBy, onCommit }: FieldProps) {
  const t = useTranslations("params.database");
  const { data } = useApi(listConnections, {});
  const databases = data?.connections.filter(({ provider }) => provider === DATABASE_PROVIDER) ?? [];
  const current = typeof value === "string" ? value : "";
  const options = databases.map((connection) => ({ value: connection.id, label: connection.name, group: "" }));
  if (data && databases.length === 0) {
    return (
      <p className="text-sm">
        <Link href="/connections" id={id} className="text-accent hover:underline">
          {t("add")}
        </Link>
      </p>
    );
  }
  return <Select id={id} value={databases.some((connection) => connection.id === current) ? current : ""} options={options} placeholder={t("choose")} invalid={invalid} aria-describedby={describedBy} onChange={onCommit} />;
}
