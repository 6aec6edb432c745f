import { useTranslations } from "use-intl";
import { Button } from "./button";
import { Dialog } from "./dialog";

interface ConfirmDialogProps {
  open: boolean;
  title: string;
  text: string;
  action: string;
  busy: boolean;
  onConfirm: () => void;
  onOpenChange: (open: boolean) => void;
}

/** Asked before what cannot be undone. */
export function ConfirmDialog({ open, title, text, action, busy, onConfirm, onOpenChange }: ConfirmDialogProps) {
  const t = useTranslations("ui");
  return (
    <Dialog
      open={open}
      title={title}
      onOpenChange={onOpenChange}
      footer={
        <>
          <Button
            size="md"
            onClick={() => {
              onOpenChange(false);
            }}
          >
            {t("cancel")}
          </Button>
          <Button size="md" variant="danger" busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
