import { useTranslations } from "use-intl";
import { useStudio, useViewState } from "@/components/canvas/studio-context";
import { useStudioCommands } from "@/components/canvas/use-studio-commands";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";

const further = ["commands", "nudge", "nudgeFar", "deselect", "multiSelect", "boxSelect", "openSearch"] as const;

export function ShortcutsDialog() {
  const t = useTranslations("studio.shortcutSheet");
  const { view } = useStudio();
  const open = useViewState((state) => state.dialog === "shortcuts");
  const commands = useStudioCommands().filter((command) => command.shortcut);
  const rows = [
    ...commands.map(({ id, label, shortcut }) => ({ id, label, keys: shortcut ?? "" })),
    ...further.map((id) => ({ id, label: t(`${id}.label`), keys: t(`${id}.keys`) })),
  ];
  return (
    <Dialog
      open={open}
      wide
      title={t("title")}
      onOpenChange={(next) => {
        if (!next) view.getState().openDialog(null);
      }}
    >
      <dl className="columns-2 gap-8">
        {rows.map((row) => (
          <div key={row.id} className="flex h-7 break-inside-avoid items-center justify-between gap-4">
            <dt className="truncate text-sm">{row.label}</dt>
            <dd>
              <Kbd>{row.keys}</Kbd>
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
