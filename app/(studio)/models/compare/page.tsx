import type { Metadata } from "next";
import { Suspense } from "react";
import { ComparePage } from "@/components/models/compare/compare-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.models.comparison.title };

export default function Page() {
  return (
    <Suspense>
      <ComparePage />
    </Suspense>
  );
}
