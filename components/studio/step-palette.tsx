import { useReactFlow } from "@xyflow/react";
import { Search } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { addStep } from "@/components/canvas/studio-actions";
import { useStudio } from "@/components/canvas/studio-context";
import { STEP_MIME } from "@/components/canvas/use-drop-on-canvas";
import { searchSteps } from "@/components/steps/search-steps";
import { allSteps } from "@/components/steps/step-catalogue";
import { StepIcon } from "@/components/steps/step-icon";
import { getStepWords } from "@/components/steps/step-words";
import { Tooltip } from "@/components/ui/tooltip";
import { stepCategories, type AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { CARD_HEIGHT, CARD_WIDTH } from "@/lib/workflow/layout";

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
        {stepCategories.map((category) => {
          const steps = found.filter((step) => step.category === category);
          if (steps.length === 0) return null;
          return (
            <section key={category} aria-label={t(`categories.${category}`)} className="mb-2">
              <h3 className="px-2 pt-1 pb-0.5 text-2xs font-medium text-faint">{t(`categories.${category}`)}</h3>
              {steps.map((step) => (
                <PaletteItem
                  key={step.id}
                  step={step}
                  onAdd={() => {
                    add(step);
                  }}
                />
              ))}
            </section>
          );
        })}
        {found.length === 0 && <p className="px-2 py-3 text-sm text-muted">{t("noStepFound", { text })}</p>}
      </div>
    </nav>
  );
}
