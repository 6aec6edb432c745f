import { X } from "lucide-react";
import { Toast as Primitive } from "radix-ui";
import { useTranslations } from "use-intl";
import { useStore } from "zustand";
import { classNames } from "./class-names";
import { toastStore } from "./toast-store";

const SHOWN_MS = 6000;

export function Toaster() {
  const t = useTranslations("ui");
  const toasts = useStore(toastStore, (state) => state.toasts);
  const dismiss = useStore(toastStore, (state) => state.dismiss);
  return (
    <Primitive.Provider duration={SHOWN_MS} label={t("notification")}>
      {toasts.map((toast) => (
        <Primitive.Root
          key={toast.id}
          type={toast.tone === "bad" ? "foreground" : "background"}
          onOpenChange={(open) => {
            if (!open) dismiss(toast.id);
          }}
          className={classNames(
            "flex items-start gap-2 rounded border bg-surface px-3 py-2 text-sm shadow-float",
            toast.tone === "bad" ? "border-bad" : "border-line-strong",
          )}
        >
          <Primitive.Description className="min-w-0 flex-1 break-words">{toast.text}</Primitive.Description>
          <Primitive.Close aria-label={t("close")} className="mt-0.5 text-muted">
            <X size={14} />
          </Primitive.Close>
        </Primitive.Root>
      ))}
      <Primitive.Viewport className="fixed right-4 bottom-4 z-50 flex w-96 max-w-[calc(100vw-32px)] flex-col gap-2" />
    </Primitive.Provider>
  );
}
