import { useCallback, useState } from "react";
import { showToast } from "@/components/ui/toast-store";

interface Action<Args extends unknown[]> {
  busy: boolean;
  /** Starts the action; a failure is shown as a toast, in words. */
  run: (...args: Args) => void;
}

/** Something a person starts and waits for. */
export function useAction<Args extends unknown[]>(action: (...args: Args) => Promise<void>): Action<Args> {
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    (...args: Args) => {
      setBusy(true);
      action(...args)
        .catch((error: unknown) => {
          showToast("bad", error instanceof Error ? error.message : String(error));
        })
        .finally(() => {
          setBusy(false);
        });
    },
    [action],
  );
  return { busy, run };
}
