"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { useApi } from "@/components/api/use-api";
import { SetupNeeded } from "@/components/shell/setup-needed";
import { readSession, signIn } from "@/lib/contracts/accounts";
import { AccountCard } from "./account-card";
import { LabelledInput } from "./labelled-input";

/** Where to go after signing in: a path of this site, never another one. */
function readNext(): string {
  const next = new URLSearchParams(location.search).get("next") ?? "/";
  return next.startsWith("/") && !next.startsWith("//") && !next.includes("\\") ? next : "/";
}

export function SignInPage() {
  const t = useTranslations("account");
  const session = useApi(readSession, {});
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (session.data?.setupNeeded) return <SetupNeeded />;
  const submit = () => {
    setBusy(true);
    setError(null);
    callApi(signIn, { body: { email, password } })
      .then(() => {
        location.assign(readNext());
      })
      .catch((reason: unknown) => {
        setError(reason instanceof Error ? reason.message : String(reason));
        setBusy(false);
      });
  };
  return (
    <AccountCard title={t("signIn.title")} text={t("signIn.text")} submit={t("signIn.submit")} busy={busy} error={error} onSubmit={submit}>
      <LabelledInput label={t("email")} value={email} required type="email" autoComplete="username" onChange={setEmail} />
      <LabelledInput label={t("password")} value={password} required type="password" autoComplete="current-password" onChange={setPassword} />
    </AccountCard>
  );
}
