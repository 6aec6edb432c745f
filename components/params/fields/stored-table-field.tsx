import { useFormatter, useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { listStoredTables } from "@/lib/contracts/tables";
import type { FieldProps } from "../field-props";

/** A table that some step has made, by workflow; where its step has run again since, the newer one is offered. */
export function StoredTableField({ id, value, invalid, describedBy, onCommit }: FieldProps) {
  const t = useTranslations("params.storedTable");
  const format = useFormatter();
  const current = typeof value === "string" ? value : "";
  const { data } = useApi(listStoredTables, { query: { current } }, { keepPrevious: true });
  const describe = (table: { step: string; port: string; rows: number; createdAt: string }) =>
    t("table", { step: table.step, port: table.port, rows: table.rows, when: format.dateTime(new Date(table.createdAt), { dateStyle: "short", timeStyle: "short" }) });
  const listed = data?.tables ?? [];
  const pinned = data?.current;
  const options = listed.map((table) => ({ value: table.tableId, label: describe(table), group: table.workflow }));
  if (pinned && !listed.some((table) => table.tableId === pinned.tableId)) options.unshift({ value: pinned.tableId, label: describe(pinned), group: pinned.workflow });
  const newer = pinned?.newer;
  return (
    <div className="flex flex-col gap-2">
      <Select id={id} value={current} options={options} placeholder={options.length === 0 ? t("none") : t("choose")} invalid={invalid} aria-describedby={describedBy} onChange={onCommit} />
      {newer && (
        <Notice tone="info">
          <span className="flex items-center justify-between gap-2">
            {t("newer")}
            <Button
              onClick={() => {
                onCommit(newer);
              }}
            >
              {t("useNewer")}
            </Button>
          </span>
        </Notice>
      )}
    </div>
  );
}
