import { useEffect, useRef, useState, type KeyboardEvent } from "react";
import { useTranslations } from "use-intl";
import { searchSteps } from "@/components/steps/search-steps";
import { allSteps, findStepsGiving, findStepsTaking } from "@/components/steps/step-catalogue";
import { StepIcon } from "@/components/steps/step-icon";
import { getStepWords } from "@/components/steps/step-words";
import { classNames } from "@/components/ui/class-names";
import type { AnyStepDefinition } from "@/lib/steps/_sdk/define-step";
import { findInput, findOutputType } from "./connection-rules";
import { addFoundStep } from "./studio-actions";
import { useStudio, useViewState, type Studio } from "./studio-context";
import type { StepSearch } from "./view-store";

const WIDTH = 288;
const HEIGHT = 320;

function listFitting(studio: Studio, { wire }: StepSearch): AnyStepDefinition[] {
  if (!wire) return allSteps;
  const node = studio.document.getState().nodesById.get(wire.node);
  if (wire.side === "source") {
    const type = findOutputType(node, wire.port);
    return type ? findStepsTaking(type) : [];
  }
  const type = findInput(node, wire.port)?.type;
  return type ? findStepsGiving(type) : [];
}

function SearchList({ search }: { search: StepSearch }) {
  const t = useTranslations("canvas");
  const studio = useStudio();
  const box = useRef<HTMLDivElement>(null);
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const found = searchSteps(listFitting(studio, search), text);
  const close = () => {
    studio.view.getState().openSearch(null);
  };
  const choose = (step: AnyStepDefinition | undefined) => {
    if (!step) return;
    addFoundStep(studio.document, step, search);
    close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    if (event.key === "Enter") choose(found[active]);
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    const next = (active + (event.key === "ArrowDown" ? 1 : found.length - 1)) % Math.max(1, found.length);
    setActive(next);
    box.current?.querySelector(`[data-index="${String(next)}"]`)?.scrollIntoView({ block: "nearest" });
  };
  useEffect(() => {
    const onPointerDown = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) studio.view.getState().openSearch(null);
    };
    addEventListener("pointerdown", onPointerDown, true);
    return () => {
      removeEventListener("pointerdown", onPointerDown, true);
    };
  }, [studio]);
  return (
    <div
      ref={box}
      role="dialog"
      aria-label={t("searchSteps")}
      className="fixed z-40 flex max-h-80 w-72 flex-col rounded border border-line-strong bg-surface shadow-float"
      style={{ left: Math.min(search.screen.x, innerWidth - WIDTH - 8), top: Math.min(search.screen.y, innerHeight - HEIGHT - 8) }}
    >
      <input
        ref={(element) => element?.focus()}
        role="combobox"
        aria-expanded
        aria-controls="step-search-list"
        aria-activedescendant={`step-search-${String(active)}`}
        aria-label={t("searchSteps")}
        placeholder={search.wire ? t("searchFitting") : t("searchSteps")}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
        className="h-9 shrink-0 border-b bg-transparent px-3 text-base outline-none"
      />
      <ul id="step-search-list" role="listbox" aria-label={t("searchSteps")} className="min-h-0 flex-1 overflow-auto p-1">
        {found.map((step, index) => (
          <li key={step.id} id={`step-search-${String(index)}`} role="option" aria-selected={index === active} data-index={index}>
            <button
              type="button"
              tabIndex={-1}
              onClick={() => {
                choose(step);
              }}
              className={classNames("flex w-full items-start gap-2 rounded-sm px-2 py-1 text-left hover:bg-hover", index === active && "bg-hover")}
            >
              <span className="mt-0.5" style={{ color: `var(--kind-${step.category})` }}>
                <StepIcon name={step.icon} />
              </span>
              <span className="min-w-0">
                <span className="block text-sm">{getStepWords(step.id).title}</span>
                <span className="block truncate text-xs text-muted">{getStepWords(step.id).description}</span>
              </span>
            </button>
          </li>
        ))}
        {found.length === 0 && <li className="px-2 py-3 text-sm text-muted">{t("nothingFound")}</li>}
      </ul>
    </div>
  );
}

/** The search for a step, where the canvas was double-clicked or a wire was dropped. */
export function StepSearchBox() {
  const search = useViewState((state) => state.search);
  return search && <SearchList key={`${String(search.screen.x)},${String(search.screen.y)}`} search={search} />;
}
