import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { apiKey, useApi } from "@/components/api/use-api";
import { Button } from "@/components/ui/button";
import { copyText } from "@/components/ui/copy-text";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { createToken, listTokens, revokeToken } from "@/lib/contracts/accounts";

/** API tokens: made here, shown once, revoked here. */
export function TokenList() {
  const t = useTranslations("settings.tokens");
  const tUi = useTranslations("ui");
  const format = useFormatter();
  const queries = useQueryClient();
  const tokens = useApi(listTokens, {});
  const [name, setName] = useState("");
  const [secret, setSecret] = useState<string | null>(null);
  const refresh = useCallback(() => queries.invalidateQueries({ queryKey: apiKey(listTokens) }), [queries]);
  const create = useAction(
    useCallback(async () => {
      const made = await callApi(createToken, { body: { name: name.trim() } });
      setSecret(made.secret);
      setName("");
      await refresh();
    }, [name, refresh]),
  );
  const revoke = useAction(
    useCallback(
      async (tokenId: string) => {
        await callApi(revokeToken, { params: { tokenId } });
        await refresh();
      },
      [refresh],
    ),
  );
  const live = (tokens.data?.tokens ?? []).filter((token) => token.revokedAt === null);
  return (
    <div className="flex max-w-2xl flex-col gap-2">
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          create.run();
        }}
      >
        <Input aria-label={t("name")} placeholder={t("name")} value={name} maxLength={100} onChange={(event) => { setName(event.target.value); }} />
        <Button type="submit" size="md" busy={create.busy} disabled={name.trim() === ""}>
          {t("create")}
        </Button>
      </form>
      {secret !== null && (
        <Notice tone="info" action={<Button onClick={() => { copyText(secret); }}>{tUi("copy")}</Button>}>
          <p>{t("secret")}</p>
          <code className="font-mono text-xs break-all">{secret}</code>
        </Notice>
      )}
      {live.length > 0 && (
        <ul className="divide-y rounded border bg-surface">
          {live.map((token) => (
            <li key={token.id} className="flex items-center gap-3 px-3 py-1.5">
              <span className="min-w-0 flex-1 truncate">
                {token.name} <code className="font-mono text-xs text-muted">{token.prefix}…</code>
              </span>
              <span className="text-xs text-muted">
                {token.lastUsedAt === null ? t("neverUsed") : t("lastUsed", { when: format.dateTime(new Date(token.lastUsedAt), { dateStyle: "medium", timeStyle: "short" }) })}
              </span>
              <Button variant="danger" busy={revoke.busy} onClick={() => { revoke.run(token.id); }}>
                {t("revoke")}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
