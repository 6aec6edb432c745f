import { useTranslations } from "use-intl";
import { useApi } from "@/components/api/use-api";
import { Notice } from "@/components/ui/notice";
import { readStatus } from "@/lib/contracts/system";

const INSTALLING_MS = 5_000;
const SETTLED_MS = 60_000;

/** Says what has to wait while the trainer installs itself, or why it could not. */
export function TrainerBanner() {
  const t = useTranslations("shell.trainer");
  const status = useApi(readStatus, {}, { refreshMs: SETTLED_MS });
  const trainer = status.data?.trainer;
  const isInstalling = trainer?.state === "installing";
  // The same reply, asked for more often while it changes.
  useApi(readStatus, {}, { enabled: isInstalling, refreshMs: INSTALLING_MS });
  if (!trainer || trainer.state === "ready" || trainer.state === "absent") return null;
  return (
    <div className="border-b p-1.5">
      <Notice tone={isInstalling ? "info" : "bad"}>{t(isInstalling ? "installing" : "failed", { detail: trainer.detail ?? "" })}</Notice>
    </div>
  );
}
