"use client";
import { useTranslations } from "use-intl";

export default function Loading() {
  const t = useTranslations("ui");
  return (
    <div className="flex h-full flex-col" aria-busy aria-label={t("loading")}>
      <div className="h-11 border-b bg-surface" />
      <div className="flex-1 bg-canvas" />
    </div>
  );
}
