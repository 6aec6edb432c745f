import { useCallback, useRef, useState } from "react";
import { callApi, type ApiReply } from "@/components/api/call-api";
import { promptModel } from "@/lib/contracts/models";
import { sides, type PlaygroundState, type Side } from "./playground-state";

export type Answer = { state: "asking" } | { state: "answered"; reply: ApiReply<typeof promptModel> } | { state: "failed"; message: string };

interface Answers {
  busy: boolean;
  answerOf: (prompt: number, side: Side) => Answer | null;
  /** Asks both models every prompt that is not empty. */
  send: () => void;
  stop: () => void;
  forget: () => void;
}

/** The answers of both models; those of an earlier sending that come late are dropped. */
export function useAnswers(state: PlaygroundState): Answers {
  const [answers, setAnswers] = useState<Readonly<Record<string, Answer>>>({});
  const sending = useRef<AbortController | null>(null);

  const ask = useCallback(
    async (at: number, side: Side, signal: AbortSignal): Promise<Answer | null> => {
      const { system, prompts, maxTokens, topP, seed } = state;
      const { model, temperature } = state[side];
      try {
        const reply = await callApi(promptModel, { body: { model, system, prompt: prompts[at] ?? "", temperature, topP, maxTokens, seed } }, { signal });
        return { state: "answered", reply };
      } catch (error) {
        return signal.aborted ? null : { state: "failed", message: error instanceof Error ? error.message : String(error) };
      }
    },
    [state],
  );

  const stop = useCallback(() => {
    sending.current?.abort();
    setAnswers((all) => Object.fromEntries(Object.entries(all).filter(([, answer]) => answer.state !== "asking")));
  }, []);

  const send = useCallback(() => {
    sending.current?.abort();
    const controller = new AbortController();
    sending.current = controller;
    const asked = state.prompts.flatMap((prompt, at) => (prompt.trim() === "" ? [] : sides.map((side) => ({ at, side, key: `${String(at)}-${side}` }))));
    setAnswers(Object.fromEntries(asked.map(({ key }) => [key, { state: "asking" }])));
    for (const { at, side, key } of asked) {
      void ask(at, side, controller.signal).then((answer) => {
        if (answer && sending.current === controller) setAnswers((all) => ({ ...all, [key]: answer }));
      });
    }
  }, [ask, state.prompts]);

  return {
    busy: Object.values(answers).some((answer) => answer.state === "asking"),
    answerOf: (prompt, side) => answers[`${String(prompt)}-${side}`] ?? null,
    send,
    stop,
    forget: useCallback(() => {
      sending.current?.abort();
      setAnswers({});
    }, []),
  };
}
