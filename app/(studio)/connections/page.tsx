import type { Metadata } from "next";
import { ConnectionsPage } from "@/components/connections/connections-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.connections.title };

export default function Page() {
  return <ConnectionsPage />;
}
