import { Pause, Play } from "lucide-react";
import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { Button } from "@/components/ui/button";
import { pauseTraining, resumeTraining } from "@/lib/contracts/models";
import type { Training } from "./training-facts";

/** Pauses a training under way, or lets a paused one go on. Nothing for one that has ended, or that its run holds. */
export function PauseButton({ training }: { training: Training }) {
  const t = useTranslations("models.status");
  const { modelId, state, pausedBy } = training;
  const isPaused = pausedBy === "person";
  const change = useAction(
    useCallback(async () => {
      await callApi(isPaused ? resumeTraining : pauseTraining, { params: { modelId } });
    }, [isPaused, modelId]),
  );
  if ((state !== "queued" && state !== "running") || pausedBy === "run") return null;
  const Icon = isPaused ? Play : Pause;
  return (
    <Button busy={change.busy} variant={isPaused ? "primary" : "default"} onClick={change.run}>
      <Icon size={13} aria-hidden />
      {t(isPaused ? "resume" : "pause")}
    </Button>
  );
}
