import { useTranslations } from "use-intl";
import { EmptyState } from "@/components/ui/empty-state";

/** A fresh installation: the one-time link is on the terminal. */
export function SetupNeeded() {
  const t = useTranslations("account.setUp");
  return <EmptyState title={t("neededTitle")} text={t("neededText")} />;
}
