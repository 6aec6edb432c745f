import type { Metadata } from "next";
import { ModelsPage } from "@/components/models/models-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.models.title };

export default function Page() {
  return <ModelsPage />;
}
