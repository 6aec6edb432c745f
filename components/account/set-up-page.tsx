"use client";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { Notice } from "@/components/ui/notice";
import { setUp } from "@/lib/contracts/accounts";
import { createWorkflow, listTemplates, listWorkflows } from "@/lib/contracts/workflows";
import { AccountCard } from "./account-card";
import { LabelledInput } from "./labelled-input";

/** Where a new installation starts: on the canvas, with the first template on it. */
async function findStart(): Promise<string> {
  const { workflows } = await callApi(listWorkflows, {});
  const { templates } = await callApi(listTemplates, {});
  const first = templates[0];
  if (workflows.length > 0 || !first) return "/";
  const made = await callApi(createWorkflow, { body: { template: first.id } });
  return `/workflows/${made.id}`;
}

/** The administrator's account, made once through the link on the terminal. */
export function SetUpPage({ token }: { token: string | null }) {
  const t = useTranslations("account");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (token === null) return <Notice tone="warn">{t("setUp.noToken")}</Notice>;
  const submit = () => {
    setBusy(true);
    setError(null);
    callApi(setUp, { body: { token, name, email, password } })
      .then(() => findStart().catch(() => "/"))
      .then((path) => {
        location.assign(path);
      })
      .catch((reason: unknown) => {
        setError(reason instanceof Error ? reason.message : String(reason));
        setBusy(false);
      });
  };
  return (
    <AccountCard title={t("setUp.title")} text={t("setUp.text")} submit={t("setUp.submit")} busy={busy} error={error} onSubmit={submit}>
      <LabelledInput label={t("name")} value={name} required maxLength={100} autoComplete="name" onChange={setName} />
      <LabelledInput label={t("email")} value={email} required type="email" autoComplete="username" onChange={setEmail} />
      <LabelledInput
        label={t("password")}
        hint={t("passwordHint")}
        value={password}
        required
        minLength={10}
        maxLength={200}
        type="password"
        autoComplete="new-password"
        onChange={setPassword}
      />
    </AccountCard>
  );
}
