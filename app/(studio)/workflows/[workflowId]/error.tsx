"use client";
import { ErrorScreen } from "@/components/shell/error-screen";

export default function StudioError({ error, reset }: { error: Error; reset: () => void }) {
  return <ErrorScreen error={error} onRetry={reset} />;
}
