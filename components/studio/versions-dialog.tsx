import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { apiKey, useApi } from "@/components/api/use-api";
import { useStudio, useViewState } from "@/components/canvas/studio-context";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { createVersion, listVersions, restoreVersion } from "@/lib/contracts/workflows";

function VersionList() {
  const t = useTranslations("studio.versions");
  const format = useFormatter();
  const queries = useQueryClient();
  const { workflowId, autosave, view } = useStudio();
  const versions = useApi(listVersions, { params: { workflowId } });
  const restore = useAction(
    useCallback(
      async (versionId: string) => {
        if (!(await autosave.flush())) throw new Error(t("notSaved"));
        const restored = await callApi(restoreVersion, { params: { workflowId, versionId } });
        autosave.adopt(restored.document, restored.revision);
        await queries.invalidateQueries({ queryKey: apiKey(listVersions) });
        view.getState().openDialog(null);
      },
      [autosave, queries, t, view, workflowId],
    ),
  );
  if (versions.isPending) return null;
  if (versions.isError) return <p className="text-bad">{versions.error.message}</p>;
  if (versions.data.versions.length === 0) return <p className="text-sm text-muted">{t("none")}</p>;
  return (
    <ul className="divide-y rounded border">
      {versions.data.versions.map((version) => (
        <li key={version.id} className="flex items-center gap-3 px-3 py-1.5">
          <span className="min-w-0 flex-1 truncate font-medium">{version.name}</span>
          <span className="text-xs text-muted">{format.dateTime(new Date(version.createdAt), { dateStyle: "medium", timeStyle: "short" })}</span>
          <Button
            busy={restore.busy}
            onClick={() => {
              restore.run(version.id);
            }}
          >
            {t("restore")}
          </Button>
        </li>
      ))}
    </ul>
  );
}

export function VersionsDialog() {
  const t = useTranslations("studio.versions");
  const queries = useQueryClient();
  const { workflowId, autosave, view } = useStudio();
  const open = useViewState((state) => state.dialog === "versions");
  const [name, setName] = useState("");
  const keep = useAction(
    useCallback(async () => {
      if (!(await autosave.flush())) throw new Error(t("notSaved"));
      await callApi(createVersion, { params: { workflowId }, body: { name: name.trim() } });
      setName("");
      await queries.invalidateQueries({ queryKey: apiKey(listVersions) });
    }, [autosave, name, queries, t, workflowId]),
  );
  return (
    <Dialog
      open={open}
      title={t("title")}
      description={t("text")}
      onOpenChange={(next) => {
        if (!next) view.getState().openDialog(null);
      }}
    >
      <form
        className="mb-4 flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          keep.run();
        }}
      >
        <Input
          aria-label={t("name")}
          placeholder={t("name")}
          value={name}
          maxLength={200}
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
        <Button type="submit" size="md" variant="primary" busy={keep.busy} disabled={name.trim() === ""}>
          {t("keep")}
        </Button>
      </form>
      {open && <VersionList />}
    </Dialog>
  );
}
