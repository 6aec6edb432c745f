import type { Metadata } from "next";
import { SettingsPage } from "@/components/settings/settings-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.settings.title };

export default function Page() {
  return <SettingsPage />;
}
