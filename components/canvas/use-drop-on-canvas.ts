import { useReactFlow } from "@xyflow/react";
import { useCallback, type DragEvent } from "react";
import { uploadFile } from "@/components/api/upload-file";
import { findFileStep, findStep } from "@/components/steps/step-catalogue";
import { showToast } from "@/components/ui/toast-store";
import { CARD_HEIGHT } from "@/lib/workflow/layout";
import { addStep } from "./studio-actions";
import { useStudio } from "./studio-context";

export const STEP_MIME = "application/x-reverie-step";

/** A step from the palette, or files: each file becomes a step that reads it. */
export function useDropOnCanvas(): (event: DragEvent) => void {
  const { document } = useStudio();
  const { screenToFlowPosition } = useReactFlow();
  return useCallback(
    (event: DragEvent) => {
      event.preventDefault();
      const at = screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const step = findStep(event.dataTransfer.getData(STEP_MIME));
      if (step) addStep(document, step, at);
      const reader = findFileStep();
      if (!reader) return;
      [...event.dataTransfer.files].forEach((file, index) => {
        uploadFile(file)
          .then((stored) => {
            addStep(document, reader.step, { x: at.x, y: at.y + index * CARD_HEIGHT }, { [reader.param]: stored });
          })
          .catch((error: unknown) => {
            showToast("bad", error instanceof Error ? error.message : String(error));
          });
      });
    },
    [document, screenToFlowPosition],
  );
}
