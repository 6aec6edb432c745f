import { useFormatter, useTranslations } from "use-intl";
import type { ApiReply } from "@/components/api/call-api";
import { Badge, type Tone } from "@/components/ui/badge";
import type { readStatus } from "@/lib/contracts/system";

type Status = ApiReply<typeof readStatus>;
const tones: Record<Status["trainer"]["state"], Tone> = { installing: "busy", ready: "ok", failed: "bad", absent: "neutral" };
const GIGABYTE = 1e9;

/** The parts of this installation. */
export function StatusList({ status }: { status: Status }) {
  const t = useTranslations("settings.status");
  const format = useFormatter();
  const size = (bytes: number) => format.number(bytes / GIGABYTE, { style: "unit", unit: "gigabyte", maximumFractionDigits: 1 });
  const { trainer, disk } = status;
  return (
    <dl className="grid max-w-2xl grid-cols-[auto_1fr] gap-x-6 gap-y-1.5 rounded border bg-surface p-4">
      <dt className="text-muted">{t("version")}</dt>
      <dd>{status.version}</dd>
      <dt className="text-muted">{t("workers")}</dt>
      <dd>{status.workers === 0 ? <Badge tone="bad">{t("noWorkers")}</Badge> : status.workers}</dd>
      <dt className="text-muted">{t("trainer")}</dt>
      <dd className="flex flex-wrap items-center gap-2">
        <Badge tone={tones[trainer.state]}>{t(`trainerState.${trainer.state}`)}</Badge>
        {trainer.device} {trainer.detail}
      </dd>
      <dt className="text-muted">{t("disk")}</dt>
      <dd>
        {t("free", { size: size(disk.freeBytes) })}
        {disk.dataBytes !== null && ` · ${t("used", { size: size(disk.dataBytes) })}`}
      </dd>
    </dl>
  );
}
