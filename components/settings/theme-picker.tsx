import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { applyTheme, readTheme, themes } from "@/components/shell/theme";
import { Button } from "@/components/ui/button";

const listeners = new Set<() => void>();

export function ThemePicker() {
  const t = useTranslations("settings.theme");
  const current = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    readTheme,
    () => "system" as const,
  );
  return (
    <div role="group" aria-label={t("title")} className="flex gap-2">
      {themes.map((theme) => (
        <Button
          key={theme}
          size="md"
          aria-pressed={theme === current}
          variant={theme === current ? "primary" : "default"}
          onClick={() => {
            applyTheme(theme);
            for (const listener of listeners) listener();
          }}
        >
          {t(theme)}
        </Button>
      ))}
    </div>
  );
}
