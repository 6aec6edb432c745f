import { useRouter } from "next/navigation";
import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { useSaveState, useStudio } from "@/components/canvas/studio-context";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { createWorkflow, readWorkflow } from "@/lib/contracts/workflows";

/** Someone else saved in the meantime: theirs or a copy of ours, never one over the other. */
export function SaveConflict() {
  const t = useTranslations("studio.conflict");
  const router = useRouter();
  const { workflowId, document, autosave } = useStudio();
  const state = useSaveState((save) => save.state);
  const message = useSaveState((save) => save.message);
  const reload = useAction(
    useCallback(async () => {
      const theirs = await callApi(readWorkflow, { params: { workflowId } });
      autosave.adopt(theirs.document, theirs.revision);
    }, [autosave, workflowId]),
  );
  const copy = useAction(
    useCallback(async () => {
      const mine = document.getState().document;
      const made = await callApi(createWorkflow, { body: { document: { ...mine, name: t("copyName", { name: mine.name }) } } });
      const theirs = await callApi(readWorkflow, { params: { workflowId } });
      autosave.adopt(theirs.document, theirs.revision);
      router.push(`/workflows/${made.id}`);
    }, [autosave, document, router, t, workflowId]),
  );
  if (state === "failed") {
    return (
      <div className="p-2">
        <Notice tone="bad">{message}</Notice>
      </div>
    );
  }
  if (state !== "conflict") return null;
  return (
    <div className="p-2">
      <Notice
        tone="warn"
        action={
          <div className="flex gap-2">
            <Button busy={reload.busy} onClick={reload.run}>
              {t("reload")}
            </Button>
            <Button busy={copy.busy} onClick={copy.run}>
              {t("copy")}
            </Button>
          </div>
        }
      >
        {message}
      </Notice>
    </div>
  );
}
