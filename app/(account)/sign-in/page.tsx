import type { Metadata } from "next";
import { SignInPage } from "@/components/account/sign-in-page";
import { messages } from "@/components/shell/messages";

export const metadata: Metadata = { title: messages.account.signIn.title };

export default function Page() {
  return <SignInPage />;
}
