import { useDraft } from "@/components/params/use-draft";

interface TitleInputProps {
  label: string;
  title: string;
  onCommit: (title: string) => void;
}

/** A title that is edited where it stands. An empty one changes nothing. */
export function TitleInput({ label, title, onCommit }: TitleInputProps) {
  const draft = useDraft(title, (text) => {
    if (text.trim() !== "") onCommit(text.trim());
  });
  return (
    <input
      aria-label={label}
      value={draft.text}
      maxLength={200}
      onChange={(event) => {
        draft.change(event.target.value);
      }}
      onBlur={draft.commit}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
        if (event.key === "Escape") draft.reset();
      }}
      className="h-7 min-w-0 flex-1 rounded bg-transparent px-1 text-base font-semibold hover:bg-hover focus:bg-surface"
    />
  );
}
