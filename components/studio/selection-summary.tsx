import { useTranslations } from "use-intl";
import { useStudioCommands } from "@/components/canvas/use-studio-commands";
import { Button } from "@/components/ui/button";
import { Kbd } from "@/components/ui/kbd";

const offered = ["layout", "group", "ungroup", "duplicate", "toggle", "cache", "copy", "delete"];

/** Several steps are selected: what can be done with all of them. */
export function SelectionSummary({ count }: { count: number }) {
  const t = useTranslations("studio.inspector");
  const commands = useStudioCommands().filter((command) => offered.includes(command.id) && !command.disabled);
  return (
    <div className="flex h-full flex-col gap-2 bg-surface p-4">
      <p className="font-medium">{t("selected", { count })}</p>
      {commands.map((command) => (
        <Button
          key={command.id}
          variant={command.id === "delete" ? "danger" : "default"}
          onClick={() => {
            command.run();
          }}
        >
          <span className="flex-1 text-left">{command.label}</span>
          {command.shortcut && <Kbd>{command.shortcut}</Kbd>}
        </Button>
      ))}
    </div>
  );
}
