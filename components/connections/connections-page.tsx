"use client";
import { useQueryClient } from "@tanstack/react-query";
import { Plug, Plus } from "lucide-react";
import { useCallback, useState } from "react";
import { useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { apiKey, useApi } from "@/components/api/use-api";
import { PageFrame } from "@/components/shell/page-frame";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { deleteConnection, listConnections, listModels, type ConnectionView } from "@/lib/contracts/models";
import { ConnectionCard } from "./connection-card";
import { ConnectionDialog } from "./connection-dialog";
import { LocalServers } from "./local-servers";

export function ConnectionsPage() {
  const t = useTranslations("connections");
  const queries = useQueryClient();
  const connections = useApi(listConnections, {});
  /** `new` for one to add. */
  const [editing, setEditing] = useState<ConnectionView | "new" | null>(null);
  const [deleting, setDeleting] = useState<ConnectionView | null>(null);
  const refresh = useCallback(async () => {
    await Promise.all([listConnections, listModels].map((operation) => queries.invalidateQueries({ queryKey: apiKey(operation) })));
  }, [queries]);
  const remove = useAction(
    useCallback(
      async (connectionId: string) => {
        await callApi(deleteConnection, { params: { connectionId } });
        await refresh();
        setDeleting(null);
      },
      [refresh],
    ),
  );
  const add = (
    <Button
      size="md"
      variant="primary"
      onClick={() => {
        setEditing("new");
      }}
    >
      <Plus size={15} aria-hidden />
      {t("add")}
    </Button>
  );
  return (
    <PageFrame title={t("title")} actions={add}>
      {connections.isError && <Notice tone="bad">{connections.error.message}</Notice>}
      {connections.data?.connections.length === 0 && <EmptyState icon={<Plug size={22} />} title={t("emptyTitle")} text={t("emptyText")} />}
      <LocalServers onAdded={refresh} />
      <ul className="flex flex-col gap-3">
        {connections.data?.connections.map((connection) => (
          <ConnectionCard
            key={connection.id}
            connection={connection}
            onEdit={() => {
              setEditing(connection);
            }}
            onDelete={() => {
              setDeleting(connection);
            }}
          />
        ))}
      </ul>
      {editing !== null && (
        <ConnectionDialog
          connection={editing === "new" ? null : editing}
          onSaved={refresh}
          onClose={() => {
            setEditing(null);
          }}
        />
      )}
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
