"use client";
import { useQueryClient } from "@tanstack/react-query";
import { FileUp, Plus } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useCallback, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { callApi, type ApiInput } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { apiKey, useApi } from "@/components/api/use-api";
import { RunTotals } from "@/components/runs/run-totals";
import { PageFrame } from "@/components/shell/page-frame";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { listRuns } from "@/lib/contracts/runs";
import { createWorkflow, deleteWorkflow, listTemplates, listWorkflows } from "@/lib/contracts/workflows";
import { WorkflowCard } from "./workflow-card";
import { WorkflowMiniature } from "./workflow-miniature";

type NewWorkflow = ApiInput<typeof createWorkflow>["body"];
const RUNNING_MS = 5_000;

/** Makes a workflow and opens it. */
function useCreate() {
  const router = useRouter();
  return useAction(
    useCallback(
      async (body: NewWorkflow) => {
        const made = await callApi(createWorkflow, { body });
        router.push(`/workflows/${made.id}`);
      },
      [router],
    ),
  );
}

function Templates({ onUse, busy }: { onUse: (template: string) => void; busy: boolean }) {
  const t = useTranslations("home");
  const templates = useApi(listTemplates, {});
  if (!templates.data || templates.data.templates.length === 0) return null;
  return (
    <section aria-label={t("templates")}>
      <h2 className="mb-2 text-base font-semibold">{t("templates")}</h2>
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(240px,1fr))] gap-3">
        {templates.data.templates.map(({ id, document }) => (
          <li key={id}>
            <button
              type="button"
              disabled={busy}
              onClick={() => {
                onUse(id);
              }}
              className="w-full rounded border bg-surface text-left hover:border-line-strong"
            >
              <WorkflowMiniature document={document} />
              <span className="flex flex-col p-3">
                <span className="truncate text-base font-medium">{document.name}</span>
                <span className="text-xs text-muted">{t("useTemplate", { steps: document.nodes.length })}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RunningNow() {
  const t = useTranslations("home");
  const runs = useApi(listRuns, { query: { limit: 20 } }, { refreshMs: RUNNING_MS });
  const running = (runs.data?.runs ?? []).filter((run) => run.state === "running");
  if (running.length === 0) return null;
  return (
    <section aria-label={t("running")}>
      <h2 className="mb-2 text-base font-semibold">{t("running")}</h2>
      <ul className="divide-y rounded border bg-surface">
        {running.map((run) => (
          <li key={run.id}>
            <Link href={run.workflowId ? `/workflows/${run.workflowId}` : `/runs/${run.id}`} className="flex items-center gap-3 px-3 py-2 hover:bg-hover">
              <span className="font-medium">{run.name}</span>
              <RunTotals run={run} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ImportButton({ onImport, busy }: { onImport: (document: NewWorkflow) => void; busy: boolean }) {
  const t = useTranslations("home");
  const input = useRef<HTMLInputElement>(null);
  const read = useAction(
    useCallback(
      async (file: File) => {
        const document = JSON.parse(await file.text()) as { version: number };
        onImport({ document });
      },
      [onImport],
    ),
  );
  return (
    <>
      <Button size="md" busy={busy || read.busy} onClick={() => input.current?.click()}>
        <FileUp size={15} aria-hidden />
        {t("import")}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        aria-label={t("import")}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) read.run(file);
          event.target.value = "";
        }}
      />
    </>
  );
}

export function HomePage() {
  const t = useTranslations("home");
  const queries = useQueryClient();
  const create = useCreate();
  const workflows = useApi(listWorkflows, {});
  const [deleting, setDeleting] = useState<{ id: string; name: string } | null>(null);
  const remove = useAction(
    useCallback(
      async (id: string) => {
        await callApi(deleteWorkflow, { params: { workflowId: id } });
        await queries.invalidateQueries({ queryKey: apiKey(listWorkflows) });
        setDeleting(null);
      },
      [queries],
    ),
  );
  const newOne = (
    <Button
      size="md"
      variant="primary"
      busy={create.busy}
      onClick={() => {
        create.run({ name: t("newName") });
      }}
    >
      <Plus size={15} aria-hidden />
      {t("new")}
    </Button>
  );
  return (
    <PageFrame
      title={t("title")}
      actions={
        <>
          <ImportButton onImport={create.run} busy={create.busy} />
          {newOne}
        </>
      }
    >
      {workflows.isError && <Notice tone="bad">{workflows.error.message}</Notice>}
      <RunningNow />
      {workflows.data?.workflows.length === 0 && <EmptyState title={t("emptyTitle")} text={t("emptyText")} />}
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(240px,1fr))] gap-3">
        {workflows.data?.workflows.map((workflow) => (
          <WorkflowCard
            key={workflow.id}
            workflow={workflow}
            onCopy={() => {
              create.run({ document: { ...workflow.document, name: t("copyName", { name: workflow.name }) } });
            }}
            onDelete={() => {
              setDeleting(workflow);
            }}
          />
        ))}
      </ul>
      <Templates
        busy={create.busy}
        onUse={(template) => {
          create.run({ template });
        }}
      />
      <ConfirmDialog
        open={deleting !== null}
        title={t("deleteTitle", { name: deleting?.name ?? "" })}
        text={t("deleteText")}
        action={t("delete")}
        busy={remove.busy}
        onConfirm={() => {
          if (deleting) remove.run(deleting.id);
        }}
        onOpenChange={() => {
          setDeleting(null);
        }}
      />
    </PageFrame>
  );
}
