"use client";
import { useRouter } from "next/navigation";
import { useEffect, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Notice } from "@/components/ui/notice";
import { readSession } from "@/lib/contracts/accounts";
import { NavRail } from "./nav-rail";
import { SetupNeeded } from "./setup-needed";
import { TrainerBanner } from "./trainer-banner";

const SESSION_MS = 60_000;

/** Everything behind the sign-in: navigation at the left, the page beside it. */
export function AppShell({ children }: { children: ReactNode }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const session = useApi(readSession, {}, { refreshMs: SESSION_MS });
  const isSignedOut = session.data?.user === null && !session.data.setupNeeded;
  useEffect(() => {
    if (isSignedOut) router.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
  }, [isSignedOut, router]);
  if (session.data?.setupNeeded) return <SetupNeeded />;
  if (!session.data?.user) {
    return session.isError ? (
      <div className="p-6">
        <Notice tone="bad">{session.error.message}</Notice>
      </div>
    ) : (
      <div className="h-full" aria-busy aria-label={t("loading")} />
    );
  }
  return (
    <div className="flex h-full">
      <NavRail user={session.data.user} />
      <div className="flex min-w-0 flex-1 flex-col">
        <TrainerBanner />
        <main className="min-h-0 flex-1 overflow-auto">{children}</main>
      </div>
    </div>
  );
}
