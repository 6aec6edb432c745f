import { ExternalLink } from "lucide-react";
import { useId } from "react";
import { useTranslations } from "use-intl";
import { LabelledInput } from "@/components/account/labelled-input";
import { classNames } from "@/components/ui/class-names";
import { Textarea } from "@/components/ui/textarea";
import { DATABASE_PROVIDER, HUB_PROVIDER, POOL_PROVIDER, takesPrompts, type ConnectionView } from "@/lib/contracts/models";
import { providerEntry, type SecretField } from "@/lib/contracts/providers";
import { completeAddress, ownBaseUrl, type Draft } from "./connection-draft";

interface CredentialFieldsProps {
  draft: Draft;
  connection: ConnectionView | null;
  onChange: (part: Partial<Draft>) => void;
}

const HUB_TOKENS = "https://huggingface.co/settings/tokens";

function KeyPage({ url }: { url: string | null }) {
  const t = useTranslations("connections");
  if (url === null) return null;
  return (
    <a href={url} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1 self-start text-xs text-accent hover:underline">
      {t("keyPage")}
      <ExternalLink size={11} aria-hidden />
    </a>
  );
}

function SecretInput({ name, draft, hint, onChange }: { name: SecretField; draft: Draft; hint: string; onChange: CredentialFieldsProps["onChange"] }) {
  const t = useTranslations("connections.fields");
  const id = useId();
  const label = draft.provider === HUB_PROVIDER ? t("hubToken") : draft.provider === DATABASE_PROVIDER ? t("databasePassword") : t(`secrets.${name}`);
  const change = (value: string) => {
    onChange({ secrets: { ...draft.secrets, [name]: value } });
  };
  if (name !== "serviceAccount") return <LabelledInput label={label} hint={hint} type="password" autoComplete="off" value={draft.secrets[name] ?? ""} onChange={change} />;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {label}
      </label>
      <Textarea id={id} rows={4} spellCheck={false} autoComplete="off" className="font-mono text-xs" placeholder={'{ "type": "service_account", … }'} value={draft.secrets[name] ?? ""} onChange={(event) => { change(event.target.value); }} />
      <p className="text-xs text-muted">{hint}</p>
    </div>
  );
}

/** Address, key and whatever else the provider wants to be reached. */
export function CredentialFields({ draft, connection, onChange }: CredentialFieldsProps) {
  const t = useTranslations("connections.fields");
  const { provider } = draft;
  if (provider === POOL_PROVIDER) return null;
  const entry = takesPrompts(provider) ? providerEntry(provider) : null;
  const sets: readonly (readonly SecretField[])[] = entry?.secrets ?? [["apiKey"]];
  const isKept = connection?.keyHint && connection.provider === provider;
  const hintFor = (name: SecretField) => {
    if (isKept && name !== "sessionToken") return t("apiKeyKept", { hint: connection.keyHint ?? "" });
    if (name !== "apiKey") return t(`secretHints.${name}`);
    if (provider === DATABASE_PROVIDER) return t("databasePasswordHint");
    return provider === HUB_PROVIDER ? t("hubTokenHint") : entry?.keyOptional ? t("apiKeyOptional") : t("apiKeyHint");
  };
  const own = ownBaseUrl(provider, draft.settings);
  return (
    <>
      {entry?.settings.map(({ name, default: value }) => (
        <LabelledInput
          key={name}
          label={t(`settings.${name}`)}
          value={draft.settings[name] ?? ""}
          placeholder={value}
          onChange={(next) => {
            onChange({ settings: { ...draft.settings, [name]: next.trim() } });
          }}
        />
      ))}
      <LabelledInput
        label={t(provider === DATABASE_PROVIDER ? "databaseUrl" : "baseUrl")}
        hint={provider === DATABASE_PROVIDER ? t("databaseUrlHint") : entry === null ? t("baseUrlHintHub") : entry.keyOptional ? t("baseUrlNeeded") : t("baseUrlHint")}
        value={draft.baseUrl}
        placeholder={provider === DATABASE_PROVIDER ? "postgresql://reader@host:5432/database" : own}
        onChange={(baseUrl) => {
          onChange({ baseUrl });
        }}
        onBlur={() => {
          onChange({ baseUrl: completeAddress(provider, draft.baseUrl) });
        }}
      />
      {sets.flatMap((names, index) => [
        ...(index > 0 ? [<p key={`or-${String(index)}`} className="col-span-2 -my-1 text-sm text-muted">{t("or")}</p>] : []),
        ...names.map((name, place) => (
          <div key={name} className={classNames("flex flex-col gap-1", name === "serviceAccount" ? "col-span-2" : "")}>
            <SecretInput name={name} draft={draft} hint={hintFor(name)} onChange={onChange} />
            {index + place === 0 && <KeyPage url={entry ? entry.keyPage : provider === HUB_PROVIDER ? HUB_TOKENS : null} />}
          </div>
        )),
      ])}
    </>
  );
}
