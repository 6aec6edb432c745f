import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Input } from "@/components/ui/input";

interface NumberDialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  label: string;
  help?: string;
  submit: string;
  initial: number | null;
  /** Null is an empty field. */
  isValid: (value: number | null) => boolean;
  onChoose: (value: number | null) => void;
}

function NumberForm({ onClose, label, help, submit, initial, isValid, onChoose }: Omit<NumberDialogProps, "open" | "title">) {
  const [text, setText] = useState(initial === null ? "" : String(initial));
  const value = text.trim() === "" ? null : Number(text);
  const valid = !Number.isNaN(value) && isValid(value);
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (!valid) return;
        onChoose(value);
        onClose();
      }}
    >
      <label className="flex flex-col gap-1">
        <span>{label}</span>
        <Input
          inputMode="decimal"
          value={text}
          invalid={!valid}
          onChange={(event) => {
            setText(event.target.value);
          }}
        />
      </label>
      {help && <p className="text-xs text-muted">{help}</p>}
      <div className="flex justify-end">
        <Button type="submit" variant="primary" disabled={!valid}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

/** Asks for one number; Enter takes it. */
export function NumberDialog({ open, title, onClose, ...form }: NumberDialogProps) {
  return (
    <Dialog
      open={open}
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
      title={title}
    >
      <NumberForm onClose={onClose} {...form} />
    </Dialog>
  );
}
