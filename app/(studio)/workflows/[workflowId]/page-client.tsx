"use client";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { isApiError } from "@/components/api/api-error";
import { useApi } from "@/components/api/use-api";
import { StudioScreen } from "@/components/studio/studio-screen";
import { EmptyState } from "@/components/ui/empty-state";
import { readWorkflow } from "@/lib/contracts/workflows";
import Loading from "./loading";

/** Reads the workflow once; from then on the open document is the truth and is saved by itself. */
export function PageClient({ workflowId }: { workflowId: string }) {
  const t = useTranslations("studio");
  const workflow = useApi(readWorkflow, { params: { workflowId } }, { once: true });
  if (isApiError(workflow.error, "not_found")) {
    return <EmptyState title={t("notFound")} text={t("notFoundText")} action={<Link href="/" className="text-accent hover:underline">{t("toHome")}</Link>} />;
  }
  if (workflow.isError) throw workflow.error;
  if (!workflow.data) return <Loading />;
  return <StudioScreen workflow={workflow.data} />;
}
