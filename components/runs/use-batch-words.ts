import { useFormatter, useTranslations } from "use-intl";
import type { StepRunView } from "@/lib/contracts/runs";

export type Batch = NonNullable<StepRunView["batch"]>;

const DAY_MS = 24 * 3_600_000;

/** How a step stands that waits for a batch: short for its card, and whole with the deadline and what went wrong last. */
export function useBatchWords(): (batch: Batch) => { short: string; aside: string; long: string } {
  const t = useTranslations("runs.batch");
  const format = useFormatter();
  return ({ done, total, deadline, error }) => {
    const at = deadline === null ? null : new Date(deadline);
    const time = at && format.dateTime(at, { hour: "numeric", minute: "2-digit", ...(at.getTime() - Date.now() > DAY_MS / 2 && { weekday: "short" }) });
    const long = time === null ? t("sending", { total }) : t("waits", { done, total, time });
    return { short: t("short", { done, total }), aside: time === null ? "" : t("until", { time }), long: error === null ? long : `${long} ${t("trouble", { detail: error.message })}` };
  };
}
