import type { ReactNode } from "react";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

interface AccountCardProps {
  title: string;
  text: string;
  submit: string;
  busy: boolean;
  error: string | null;
  children: ReactNode;
  onSubmit: () => void;
}

export function AccountCard({ title, text, submit, busy, error, children, onSubmit }: AccountCardProps) {
  return (
    <form
      className="flex w-96 max-w-full flex-col gap-4 rounded-lg border bg-surface p-6"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <header>
        <p className="mb-3 text-xs font-medium tracking-wide text-faint">Reverie</p>
        <h1 className="text-lg font-semibold">{title}</h1>
        <p className="text-sm text-muted">{text}</p>
      </header>
      {children}
      {error && <Notice tone="bad">{error}</Notice>}
      <Button type="submit" variant="primary" size="md" busy={busy}>
        {submit}
      </Button>
    </form>
  );
}
