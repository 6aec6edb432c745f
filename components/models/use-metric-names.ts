import { useTranslations } from "use-intl";

/** What a metric of the training libraries is called; one without words goes by its own name. */
export function useMetricNames(): (name: string) => string {
  const t = useTranslations("models");
  return (name) => {
    const [, reward, part] = /^rewards\/(.+)\/(mean|std|missing)$/.exec(name) ?? [];
    if (reward !== undefined && part !== undefined) return t("rewardMetric", { part, reward });
    return t("metricName", { name: name.replaceAll(/\W/g, "_"), raw: name.replaceAll(/[_/]/g, " ") });
  };
}
