import type { Metadata } from "next";
import { HomePage } from "@/components/home/home-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.home.title };

export default function Page() {
  return <HomePage />;
}
