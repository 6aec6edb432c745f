import { FileUp, FolderInput, X } from "lucide-react";
import { useCallback, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { uploadFile } from "@/components/api/upload-file";
import { useAction } from "@/components/api/use-action";
import { useApi } from "@/components/api/use-api";
import { Button } from "@/components/ui/button";
import { classNames } from "@/components/ui/class-names";
import { IconButton } from "@/components/ui/icon-button";
import { Menu } from "@/components/ui/menu";
import { importFile, listFiles } from "@/lib/contracts/files";
import { fileRef } from "@/lib/steps/_sdk/param-fields";
import type { FieldProps } from "../field-props";

function useFileActions(onCommit: FieldProps["onCommit"]) {
  const upload = useAction(
    useCallback(
      async (file: File) => {
        onCommit(await uploadFile(file));
      },
      [onCommit],
    ),
  );
  const take = useAction(
    useCallback(
      async (inboxName: string) => {
        const { sha256, name } = await callApi(importFile, { body: { name: inboxName } });
        onCommit({ sha256, name });
      },
      [onCommit],
    ),
  );
  return { upload, take };
}

/** A file: uploaded, dropped, chosen among those uploaded before, or taken from the inbox folder. */
export function FileField({ id, value, nullable, invalid, describedBy, onCommit }: FieldProps) {
  const t = useTranslations("params.file");
  const format = useFormatter();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);
  const { upload, take } = useFileActions(onCommit);
  const files = useApi(listFiles, {});
  const current = fileRef.safeParse(value);
  const size = (bytes: number) => format.number(bytes / 1024, { maximumFractionDigits: 0, style: "unit", unit: "kilobyte" });
  const entries = [
    { kind: "label" as const, id: "uploaded", label: t("uploaded") },
    ...(files.data?.files ?? []).map((file) => ({ kind: "item" as const, id: file.sha256, label: `${file.name} · ${size(file.size)}`, onSelect: () => { onCommit({ sha256: file.sha256, name: file.name }); } })),
    { kind: "label" as const, id: "inbox", label: t("inbox") },
    ...(files.data?.inbox ?? []).map((file) => ({ kind: "item" as const, id: `inbox-${file.name}`, label: `${file.name} · ${size(file.size)}`, onSelect: () => { take.run(file.name); } })),
  ];
  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => {
        setIsOver(false);
      }}
      onDrop={(event) => {
        event.preventDefault();
        setIsOver(false);
        const file = event.dataTransfer.files[0];
        if (file) upload.run(file);
      }}
      className={classNames("flex flex-col gap-2 rounded border border-dashed p-2", isOver ? "border-accent bg-accent-soft" : invalid ? "border-bad" : "border-line-strong")}
    >
      {current.success ? (
        <div className="flex items-center gap-1">
          <span className="min-w-0 flex-1 truncate font-medium">{current.data.name}</span>
          {nullable && (
            <IconButton
              label={t("remove")}
              onClick={() => {
                onCommit(null);
              }}
            >
              <X size={13} />
            </IconButton>
          )}
        </div>
      ) : (
        <span className="text-xs text-muted">{t("drop")}</span>
      )}
      <div className="flex gap-1">
        <Button busy={upload.busy || take.busy} onClick={() => input.current?.click()}>
          <FileUp size={13} aria-hidden />
          {t("upload")}
        </Button>
        <Menu
          align="start"
          trigger={
            <Button>
              <FolderInput size={13} aria-hidden />
              {t("choose")}
            </Button>
          }
          entries={entries}
        />
      </div>
      <input
        ref={input}
        id={id}
        type="file"
        aria-describedby={describedBy}
        className="sr-only"
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file) upload.run(file);
          event.target.value = "";
        }}
      />
    </div>
  );
}
