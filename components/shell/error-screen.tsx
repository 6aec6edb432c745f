"use client";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

/** A part of the page failed: what, and a way on. */
export function ErrorScreen({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const t = useTranslations("shell");
  const tUi = useTranslations("ui");
  return (
    <EmptyState
      title={t("failed")}
      text={error.message}
      action={
        <Button size="md" onClick={onRetry}>
          {tUi("tryAgain")}
        </Button>
      }
    />
  );
}
