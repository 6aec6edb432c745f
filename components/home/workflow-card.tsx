import { Copy, Ellipsis, Trash2 } from "lucide-react";
import Link from "next/link";
import { useFormatter, useNow, useTranslations } from "use-intl";
import type { ApiReply } from "@/components/api/call-api";
import { RunStateBadge } from "@/components/runs/run-state-badge";
import { IconButton } from "@/components/ui/icon-button";
import { Menu } from "@/components/ui/menu";
import { runState } from "@/lib/contracts/runs";
import type { listWorkflows } from "@/lib/contracts/workflows";
import { WorkflowMiniature } from "./workflow-miniature";

type Workflow = ApiReply<typeof listWorkflows>["workflows"][number];

interface WorkflowCardProps {
  workflow: Workflow;
  onCopy: () => void;
  onDelete: () => void;
}

export function WorkflowCard({ workflow, onCopy, onDelete }: WorkflowCardProps) {
  const t = useTranslations("home");
  const format = useFormatter();
  const now = useNow();
  const state = runState.safeParse(workflow.lastRun?.state);
  return (
    <li className="group relative flex flex-col rounded border bg-surface hover:border-line-strong">
      <Link href={`/workflows/${workflow.id}`} className="rounded">
        <WorkflowMiniature document={workflow.document} />
        <div className="flex flex-col gap-1 p-3">
          <span className="truncate pr-8 text-base font-medium">{workflow.name}</span>
          <span className="flex h-5 items-center gap-2 text-xs text-muted">
            {t("facts", { steps: workflow.document.nodes.length, edited: format.relativeTime(new Date(workflow.updatedAt), now) })}
            {state.success && <RunStateBadge state={state.data} />}
          </span>
        </div>
      </Link>
      <div className="absolute right-2 bottom-8">
        <Menu
          trigger={
            <IconButton label={t("more", { name: workflow.name })}>
              <Ellipsis size={15} />
            </IconButton>
          }
          entries={[
            { kind: "item", id: "copy", label: t("duplicate"), icon: <Copy size={14} aria-hidden />, onSelect: onCopy },
            { kind: "item", id: "delete", label: t("delete"), icon: <Trash2 size={14} aria-hidden />, danger: true, onSelect: onDelete },
          ]}
        />
      </div>
    </li>
  );
}
