import { useState } from "react";

interface Draft {
  text: string;
  change: (text: string) => void;
  /** Leaves the field: what was typed becomes one change of the document. */
  commit: () => void;
  reset: () => void;
}

/** Text that stays in its field until it is committed, so that typing is one undo. */
export function useDraft(value: string, onCommit: (text: string) => void): Draft {
  const [draft, setDraft] = useState<string | null>(null);
  return {
    text: draft ?? value,
    change: setDraft,
    commit: () => {
      if (draft !== null && draft !== value) onCommit(draft);
      setDraft(null);
    },
    reset: () => {
      setDraft(null);
    },
  };
}
