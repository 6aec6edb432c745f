import type { Metadata } from "next";
import { Suspense } from "react";
import { PlaygroundPage } from "@/components/models/playground/playground-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.models.playground.title };

export default function Page() {
  return (
    <Suspense>
      <PlaygroundPage />
    </Suspense>
  );
}
