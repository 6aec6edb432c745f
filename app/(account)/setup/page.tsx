import type { Metadata } from "next";
import { SetUpPage } from "@/components/account/set-up-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.account.setUp.title };

export default async function Page({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token } = await searchParams;
  return <SetUpPage token={typeof token === "string" ? token : null} />;
}
