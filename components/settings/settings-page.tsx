"use client";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { PageFrame } from "@/components/shell/page-frame";
import { Notice } from "@/components/ui/notice";
import { readStatus } from "@/lib/contracts/system";
import { StorageList } from "./storage-list";
import { StatusList } from "./status-list";
import { ThemePicker } from "./theme-picker";
import { TokenList } from "./token-list";

const REFRESH_MS = 10_000;

export function SettingsPage() {
  const t = useTranslations("settings");
  const status = useApi(readStatus, {}, { refreshMs: REFRESH_MS });
  return (
    <PageFrame title={t("title")}>
      <section className="flex flex-col gap-2">
        <h2 className="text-base font-semibold">{t("theme.title")}</h2>
        <ThemePicker />
      </section>
      <section className="flex flex-col gap-2">
        <h2 className="text-base font-semibold">{t("tokens.title")}</h2>
        <p className="text-sm text-muted">{t("tokens.text")}</p>
        <TokenList />
      </section>
      <section className="flex flex-col gap-2">
        <h2 className="text-base font-semibold">{t("status.title")}</h2>
        {status.isError && <Notice tone="bad">{status.error.message}</Notice>}
        {status.data && <StatusList status={status.data} />}
      </section>
      <section className="flex flex-col gap-2">
        <h2 className="text-base font-semibold">{t("storage.title")}</h2>
        <StorageList />
      </section>
      <p className="text-sm text-muted">{t("shortcuts")}</p>
    </PageFrame>
  );
}
