import { Plus } from "lucide-react";
import { useTranslations } from "use-intl";
import { allSteps } from "@/components/steps/step-catalogue";
import { StepIcon } from "@/components/steps/step-icon";
import { getStepWords } from "@/components/steps/step-words";
import { Button } from "@/components/ui/button";
import { addStep } from "./studio-actions";
import { useStudio } from "./studio-context";

const START = { x: 0, y: 0 };

/** An empty canvas says how a workflow starts: with a source. */
export function CanvasEmpty() {
  const t = useTranslations("canvas");
  const { document, view } = useStudio();
  const sources = allSteps.filter((step) => step.inputs.length === 0).slice(0, 5);
  return (
    <div className="pointer-events-none absolute inset-0 flex items-center justify-center">
      <div className="pointer-events-auto flex w-96 flex-col gap-2 rounded-lg border border-dashed border-line-strong bg-surface p-5 text-center">
        <p className="text-base font-medium">{t("emptyTitle")}</p>
        <p className="text-sm text-muted">{t("emptyText")}</p>
        <div className="mt-2 flex flex-wrap justify-center gap-2">
          {sources.map((step) => (
            <Button
              key={step.id}
              onClick={() => {
                addStep(document, step, START);
              }}
            >
              <StepIcon name={step.icon} />
              {getStepWords(step.id).title}
            </Button>
          ))}
          <Button
            variant="ghost"
            onClick={() => {
              view.getState().openSearch({ screen: { x: innerWidth / 2 - 140, y: innerHeight / 3 }, canvas: START, wire: null });
            }}
          >
            <Plus size={15} />
            {t("allSteps")}
          </Button>
        </div>
      </div>
    </div>
  );
}
