import { useReactFlow } from "@xyflow/react";
import { ChevronRight, Search } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { addStep } from "@/components/canvas/studio-actions";
import { useStudio } from "@/components/canvas/studio-context";
import { STEP_MIME } from "@/components/canvas/use-drop-on-canvas";
import { searchSteps } from "@/components/steps/search-steps";
import { allSteps } from "@/components/steps/step-catalogue";
import { StepIcon } from "@/components/steps/step-icon";
import { getStepWords } from "@/components/steps/step-words";
import { classNames } from "@/components/ui/class-names";
import { Tooltip } from "@/components/ui/tooltip";
import { stepCategories, type AnyStepDefinition, type StepCategory } from "@/lib/steps/_sdk/define-step";
import { CARD_HEIGHT, CARD_WIDTH } from "@/lib/workflow/layout";
import { groupSteps } from "./palette-groups";

/** The middle of what is shown of the canvas. */
function useCanvasCentre(): () => { x: number; y: number } {
  const { screenToFlowPosition } = useReactFlow();
  return () => {
    const box = document.querySelector(".react-flow")?.getBoundingClientRect();
    const middle = screenToFlowPosition({ x: (box?.left ?? 0) + (box?.width ?? 0) / 2, y: (box?.top ?? 0) + (box?.height ?? 0) / 2 });
    return { x: middle.x - CARD_WIDTH / 2, y: middle.y - CARD_HEIGHT / 2 };
  };
}

function PaletteItem({ step, onAdd }: { step: AnyStepDefinition; onAdd: () => void }) {
  const words = getStepWords(step.id);
  return (
    <Tooltip content={words.description} side="right">
      <button
        type="button"
        draggable
        onDragStart={(event) => {
          event.dataTransfer.setData(STEP_MIME, step.id);
          event.dataTransfer.effectAllowed = "copy";
        }}
        onDoubleClick={onAdd}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          onAdd();
        }}
        className="flex h-7 w-full cursor-grab items-center gap-2 rounded px-2 text-left text-sm hover:bg-hover active:bg-pressed"
      >
        <span style={{ color: `var(--kind-${step.category})` }}>
          <StepIcon name={step.icon} />
        </span>
        <span className="truncate">{words.title}</span>
      </button>
    </Tooltip>
  );
}

const FOLDED_KEY = "reverie.folded-categories";
const readFolded = () => (localStorage.getItem(FOLDED_KEY) ?? "").split(",").filter(Boolean);

/** Whether a category is folded; remembered in this browser. */
function useFolded(category: StepCategory): [boolean, () => void] {
  const [folded, setFolded] = useState(() => readFolded().includes(category));
  const toggle = () => {
    const others = readFolded().filter((other) => other !== category);
    localStorage.setItem(FOLDED_KEY, (folded ? others : [...others, category]).join(","));
    setFolded(!folded);
  };
  return [folded, toggle];
}

interface PaletteCategoryProps {
  category: StepCategory;
  steps: AnyStepDefinition[];
  isSearched: boolean;
  onAdd: (step: AnyStepDefinition) => void;
}

/** A search opens every category: what it finds is never out of sight. */
function PaletteCategory({ category, steps, isSearched, onAdd }: PaletteCategoryProps) {
  const t = useTranslations("studio");
  const [folded, toggle] = useFolded(category);
  const open = isSearched || !folded;
  if (steps.length === 0) return null;
  return (
    <section aria-label={t(`categories.${category}`)} className="mb-1">
      <h3 className="sticky -top-2 z-10 bg-surface pt-1">
        <button type="button" aria-expanded={open} disabled={isSearched} onClick={toggle} className="flex h-7 w-full items-center gap-1 rounded px-1 text-xs font-semibold text-muted enabled:hover:bg-hover">
          <ChevronRight size={13} className={classNames("transition-transform", open && "rotate-90")} aria-hidden />
          <span className="flex-1 text-left">{t(`categories.${category}`)}</span>
          <span className="pr-1 font-normal text-faint tabular-nums">{steps.length}</span>
        </button>
      </h3>
      {open &&
        groupSteps(steps, isSearched).map(({ group, steps: members }) => (
          <div key={group ?? ""} role="group" aria-label={t(group === null ? `categories.${category}` : `groups.${group}`)}>
            {group !== null && <h4 className="px-2 pt-1.5 pb-0.5 text-2xs text-faint">{t(`groups.${group}`)}</h4>}
            {members.map((step) => (
              <PaletteItem
                key={step.id}
                step={step}
                onAdd={() => {
                  onAdd(step);
                }}
              />
            ))}
          </div>
        ))}
    </section>
  );
}

/** All steps by category. Drag one onto the canvas, or double-click it, or press Enter on it. */
export function StepPalette() {
  const t = useTranslations("studio");
  const { document } = useStudio();
  const getCentre = useCanvasCentre();
  const [text, setText] = useState("");
  const found = searchSteps(allSteps, text);
  const add = (step: AnyStepDefinition) => {
    addStep(document, step, getCentre());
  };
  return (
    <nav aria-label={t("steps")} className="flex h-full flex-col bg-surface">
      <label className="flex h-10 shrink-0 items-center gap-2 border-b px-3">
        <Search size={14} className="text-faint" aria-hidden />
        <input
          type="search"
          value={text}
          placeholder={t("searchSteps")}
          aria-label={t("searchSteps")}
          onChange={(event) => {
            setText(event.target.value);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && found[0]) add(found[0]);
            if (event.key === "Escape") setText("");
          }}
          className="min-w-0 flex-1 bg-transparent text-sm outline-none"
        />
      </label>
      <div className="min-h-0 flex-1 overflow-auto p-2">
        {stepCategories.map((category) => (
          <PaletteCategory key={category} category={category} steps={found.filter((step) => step.category === category)} isSearched={text.trim() !== ""} onAdd={add} />
        ))}
        {found.length === 0 && <p className="px-2 py-3 text-sm text-muted">{t("noStepFound", { text })}</p>}
      </div>
    </nav>
  );
}
