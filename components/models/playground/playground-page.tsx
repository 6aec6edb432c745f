"use client";
import { ArrowLeftRight, Plus, Send, Square, X } from "lucide-react";
import type { KeyboardEvent } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { ModelField } from "@/components/params/fields/model-field";
import { PageFrame } from "@/components/shell/page-frame";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Kbd } from "@/components/ui/kbd";
import { Labelled } from "@/components/ui/labelled";
import { Textarea } from "@/components/ui/textarea";
import { listModels } from "@/lib/contracts/models";
import { isModelRef, type ModelRef } from "@/lib/steps/_sdk/model-ref";
import { AnswerCard } from "./answer-card";
import { MOST_PROMPTS, sides, usePlaygroundState, type PlaygroundState, type Side } from "./playground-state";
import { SettingNumber } from "./setting-number";
import { useAnswers, type Answer } from "./use-answers";

interface Part {
  state: PlaygroundState;
  onChange: (change: Partial<PlaygroundState>) => void;
}

function SideSettings({ side, state, onChange }: Part & { side: Side }) {
  const t = useTranslations("models.playground");
  const { model, temperature } = state[side];
  return (
    <section aria-label={t(side)} className="flex min-w-0 flex-col gap-3 rounded border bg-surface p-4">
      <Labelled label={t("model", { side })}>
        {({ id, describedBy }) => (
          <ModelField
            id={id}
            describedBy={describedBy}
            nullable={false}
            invalid={false}
            value={model}
            onCommit={(next) => {
              if (isModelRef(next)) onChange({ [side]: { model: next, temperature } });
            }}
          />
        )}
      </Labelled>
      <SettingNumber
        label={t("temperature")}
        value={temperature}
        range={[0, 2]}
        onChange={(next) => {
          onChange({ [side]: { model, temperature: next } });
        }}
      />
    </section>
  );
}

function SharedSettings({ state, onChange, onKeyDown }: Part & { onKeyDown: (event: KeyboardEvent) => void }) {
  const t = useTranslations("models.playground");
  return (
    <section aria-label={t("shared")} className="flex flex-col gap-3 rounded border bg-surface p-4">
      <Labelled label={t("system")}>
        {({ id }) => (
          <Textarea
            id={id}
            rows={2}
            value={state.system}
            onKeyDown={onKeyDown}
            onChange={(event) => {
              onChange({ system: event.target.value });
            }}
          />
        )}
      </Labelled>
      <div className="grid grid-cols-3 gap-3">
        <SettingNumber label={t("maxTokens")} isInteger value={state.maxTokens} range={[1, 1_000_000]} onChange={(maxTokens) => {
          onChange({ maxTokens });
        }} />
        <SettingNumber label={t("topP")} value={state.topP} range={[0, 1]} onChange={(topP) => {
          onChange({ topP });
        }} />
        <SettingNumber label={t("seed")} isInteger value={state.seed} range={[0, Number.MAX_SAFE_INTEGER]} onChange={(seed) => {
          onChange({ seed });
        }} />
      </div>
    </section>
  );
}

interface PromptProps {
  at: number;
  only: boolean;
  prompt: string;
  labelOf: (side: Side) => string;
  answerOf: (side: Side) => Answer | null;
  onChange: (prompt: string) => void;
  onRemove: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

/** A prompt, and what both models answered to it. */
function Prompt({ at, only, prompt, labelOf, answerOf, onChange, onRemove, onKeyDown }: PromptProps) {
  const t = useTranslations("models.playground");
  return (
    <li className="flex flex-col gap-2">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <Labelled label={t("prompt", { number: at + 1 })}>
            {({ id }) => (
              <Textarea
                id={id}
                rows={3}
                value={prompt}
                placeholder={t("placeholder")}
                onKeyDown={onKeyDown}
                onChange={(event) => {
                  onChange(event.target.value);
                }}
              />
            )}
          </Labelled>
        </div>
        {!only && (
          <IconButton label={t("remove", { number: at + 1 })} onClick={onRemove}>
            <X size={14} />
          </IconButton>
        )}
      </div>
      <div className="grid grid-cols-2 gap-3">
        {sides.map((side) => (
          <AnswerCard key={side} label={labelOf(side)} answer={answerOf(side)} />
        ))}
      </div>
    </li>
  );
}

function useModelLabel(): (model: ModelRef) => string {
  const models = useApi(listModels, {});
  return ({ connection, model }) => models.data?.models.find(({ ref }) => ref.connection === connection && ref.model === model)?.label ?? model;
}

/** Two models on the same prompts, side by side. */
export function PlaygroundPage() {
  const t = useTranslations("models.playground");
  const [state, change] = usePlaygroundState();
  const answers = useAnswers(state);
  const labelOf = useModelLabel();
  const { left, right, prompts } = state;
  const isReady = prompts.some((prompt) => prompt.trim() !== "");
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !isReady) return;
    event.preventDefault();
    answers.send();
  };
  return (
    <PageFrame
      title={t("title")}
      actions={
        <Button
          onClick={() => {
            answers.forget();
            change({ left: right, right: left });
          }}
        >
          <ArrowLeftRight size={14} aria-hidden />
          {t("swap")}
        </Button>
      }
    >
      <div className="grid grid-cols-2 gap-3">
        {sides.map((side) => (
          <SideSettings key={side} side={side} state={state} onChange={change} />
        ))}
      </div>
      <SharedSettings state={state} onChange={change} onKeyDown={onKeyDown} />
      <ol className="flex flex-col gap-5">
        {prompts.map((prompt, at) => (
          <Prompt
            // Prompts have no names: each is its place.
            key={String(at)}
            at={at}
            only={prompts.length === 1}
            prompt={prompt}
            labelOf={(side) => t("sideLabel", { model: labelOf(state[side].model), temperature: state[side].temperature ?? "", isSet: state[side].temperature === null ? "no" : "yes" })}
            answerOf={(side) => answers.answerOf(at, side)}
            onKeyDown={onKeyDown}
            onChange={(next) => {
              change({ prompts: prompts.with(at, next) });
            }}
            onRemove={() => {
              // The answers belong to places too.
              answers.forget();
              change({ prompts: prompts.toSpliced(at, 1) });
            }}
          />
        ))}
      </ol>
      <div className="sticky bottom-0 flex items-center gap-3 border-t bg-canvas py-3">
        {answers.busy ? (
          <Button size="md" onClick={answers.stop}>
            <Square size={14} aria-hidden />
            {t("stop")}
          </Button>
        ) : (
          <Button size="md" variant="primary" disabled={!isReady} onClick={answers.send}>
            <Send size={14} aria-hidden />
            {t("send")}
          </Button>
        )}
        <Kbd>{t("keys")}</Kbd>
        <Button
          size="md"
          variant="ghost"
          disabled={prompts.length >= MOST_PROMPTS}
          onClick={() => {
            change({ prompts: [...prompts, ""] });
          }}
        >
          <Plus size={14} aria-hidden />
          {t("add")}
        </Button>
      </div>
    </PageFrame>
  );
}
