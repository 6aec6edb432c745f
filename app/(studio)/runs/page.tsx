import type { Metadata } from "next";
import { RunsPage } from "@/components/runs/runs-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.runs.title };

export default function Page() {
  return <RunsPage />;
}
