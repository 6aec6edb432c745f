import { Check, CloudOff, LoaderCircle, Pencil, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useSaveState } from "@/components/canvas/studio-context";
import { Tooltip } from "@/components/ui/tooltip";

const icons = {
  saved: <Check size={13} className="text-ok" aria-hidden />,
  unsaved: <Pencil size={12} className="text-muted" aria-hidden />,
  saving: <LoaderCircle size={13} className="spin text-muted" aria-hidden />,
  offline: <CloudOff size={13} className="text-warn" aria-hidden />,
  conflict: <TriangleAlert size={13} className="text-warn" aria-hidden />,
  failed: <TriangleAlert size={13} className="text-bad" aria-hidden />,
};

/** Revision, and whether the server has what is on the screen. */
export function SaveStateLabel() {
  const t = useTranslations("studio.save");
  const state = useSaveState((save) => save.state);
  const revision = useSaveState((save) => save.revision);
  const message = useSaveState((save) => save.message);
  return (
    <Tooltip content={message ?? t(`${state}Long`)}>
      <span role="status" className="flex items-center gap-1 text-xs whitespace-nowrap text-muted" data-testid="save-state" data-state={state}>
        v{revision} · {icons[state]} {t(state)}
      </span>
    </Tooltip>
  );
}
