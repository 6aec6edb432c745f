import { useReactFlow } from "@xyflow/react";
import { useRouter } from "next/navigation";
import { useState, type KeyboardEvent } from "react";
import { useTranslations } from "use-intl";
import { addStep } from "@/components/canvas/studio-actions";
import { useStudio, useViewState } from "@/components/canvas/studio-context";
import { useStudioCommands } from "@/components/canvas/use-studio-commands";
import { searchSteps } from "@/components/steps/search-steps";
import { allSteps } from "@/components/steps/step-catalogue";
import { getStepWords } from "@/components/steps/step-words";
import { classNames } from "@/components/ui/class-names";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";
import { Kbd } from "@/components/ui/kbd";

interface Choice {
  id: string;
  group: string;
  label: string;
  shortcut?: string;
  run: () => void;
}

const pages = ["home", "models", "playground", "runs", "connections", "settings"] as const;
const MAX_SHOWN = 60;

/** Steps of this workflow, commands, new steps and pages: one list to search. */
function useChoices(text: string): Choice[] {
  const t = useTranslations("studio");
  const tShell = useTranslations("shell.nav");
  const router = useRouter();
  const { document } = useStudio();
  const { setCenter, getNode, screenToFlowPosition } = useReactFlow();
  const commands = useStudioCommands();
  const wanted = text.toLowerCase();
  const has = (label: string) => label.toLowerCase().includes(wanted);
  const goTo = (id: string) => {
    document.getState().select({ nodes: [id], edges: [] });
    const node = getNode(id);
    if (node) void setCenter(node.position.x + 112, node.position.y + 42, { zoom: 1, duration: 120 });
  };
  const choices: Choice[] = [
    ...commands
      .filter((command) => !command.disabled && has(command.label))
      .map(({ id, label, shortcut, run }) => ({ id, label, group: t("palette.commands"), run: () => { run(); }, ...(shortcut ? { shortcut } : {}) })),
    ...document
      .getState()
      .document.nodes.filter((node) => has(node.title) || (wanted !== "" && JSON.stringify(node.params).toLowerCase().includes(wanted)))
      .map((node) => ({ id: node.id, label: node.title, group: t("palette.steps"), run: () => { goTo(node.id); } })),
    ...searchSteps(allSteps, text).map((step) => ({
      id: `add-${step.id}`,
      label: getStepWords(step.id).title,
      group: t("palette.add"),
      run: () => { addStep(document, step, screenToFlowPosition({ x: innerWidth / 2, y: innerHeight / 3 })); },
    })),
    ...pages
      .filter((page) => has(tShell(page)))
      .map((page) => ({ id: `page-${page}`, label: tShell(page), group: t("palette.pages"), run: () => { router.push(page === "home" ? "/" : `/${page}`); } })),
  ];
  return choices.slice(0, MAX_SHOWN);
}

function ChoiceList() {
  const t = useTranslations("studio");
  const { view } = useStudio();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const choices = useChoices(text);
  const choose = (choice: Choice | undefined) => {
    view.getState().openDialog(null);
    choice?.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") choose(choices[active]);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    setActive((active + (event.key === "ArrowDown" ? 1 : choices.length - 1)) % Math.max(1, choices.length));
  };
  return (
    <div className="flex flex-col gap-2">
      <Input
        aria-label={t("palette.search")}
        placeholder={t("palette.search")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul className="h-80 overflow-auto">
        {choices.map((choice, index) => (
          <li key={choice.id} ref={index === active ? (element) => element?.scrollIntoView({ block: "nearest" }) : null}>
            {choices[index - 1]?.group !== choice.group && <p className="px-2 pt-2 pb-0.5 text-2xs text-faint">{choice.group}</p>}
            <button
              type="button"
              onClick={() => {
                choose(choice);
              }}
              className={classNames("flex h-7 w-full items-center rounded-sm px-2 text-left text-sm hover:bg-hover", index === active && "bg-hover")}
            >
              <span className="min-w-0 flex-1 truncate">{choice.label}</span>
              {choice.shortcut && <Kbd>{choice.shortcut}</Kbd>}
            </button>
          </li>
        ))}
        {choices.length === 0 && <li className="px-2 py-3 text-sm text-muted">{t("palette.nothing")}</li>}
      </ul>
    </div>
  );
}

export function CommandPalette() {
  const t = useTranslations("studio");
  const { view } = useStudio();
  const open = useViewState((state) => state.dialog === "commands");
  return (
    <Dialog
      open={open}
      title={t("palette.title")}
      onOpenChange={(next) => {
        if (!next) view.getState().openDialog(null);
      }}
    >
      <ChoiceList />
    </Dialog>
  );
}
