import { RotateCcw } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { isActive } from "./run-store";
import { useRunState, useStudio } from "./studio-context";
import { retryFailedOf } from "./use-studio-commands";

/** Beside a list of failed rows. Not there while a run lasts. */
export function RetryFailedButton() {
  const t = useTranslations("canvas.commands");
  const studio = useStudio();
  const busy = useRunState((state) => state.starting);
  const active = useRunState((state) => isActive(state.run));
  if (active) return null;
  return (
    <Button
      busy={busy}
      onClick={() => {
        retryFailedOf(studio);
      }}
    >
      <RotateCcw size={13} aria-hidden />
      {t("retry-failed")}
    </Button>
  );
}
