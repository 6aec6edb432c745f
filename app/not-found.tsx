"use client";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { EmptyState } from "@/components/ui/empty-state";

export default function NotFound() {
  const t = useTranslations("shell");
  return <EmptyState title={t("notFound")} text={t("notFoundText")} action={<Link href="/" className="text-accent hover:underline">{t("toHome")}</Link>} />;
}
