import { ArrowRight, Plus, X } from "lucide-react";
import { useTranslations } from "use-intl";
import { useDocumentState } from "@/components/canvas/studio-context";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { Select } from "@/components/ui/select";
import type { GroupRepeat } from "@/lib/workflow/document";
import { fromKey, listInputs, listOutputs, toKey, toOptions } from "./group-ports";

interface GroupCarriesProps {
  groupId: string;
  carries: GroupRepeat["carries"];
  onChange: (carries: GroupRepeat["carries"]) => void;
}

/** What each round hands to the next one. */
export function GroupCarries({ groupId, carries, onChange }: GroupCarriesProps) {
  const t = useTranslations("studio.group");
  const document = useDocumentState((state) => state.document);
  const outputs = listOutputs(document, groupId);
  const inputs = listInputs(document, groupId);
  const typeOf = new Map(outputs.map((port) => [toKey(port), port.type]));
  const pairs = outputs.flatMap((from) => inputs.filter((to) => to.type === from.type).map((to) => ({ from: { node: from.node, port: from.port }, to: { node: to.node, port: to.port } })));
  const isTaken = (pair: (typeof pairs)[number]) => carries.some(({ to }) => toKey(to) === toKey(pair.to));
  // The last output into the first input is what one means most often.
  const next = pairs.filter((pair) => !isTaken(pair)).toSorted((a, b) => outputs.findIndex((port) => toKey(port) === toKey(b.from)) - outputs.findIndex((port) => toKey(port) === toKey(a.from)))[0];
  const replace = (index: number, pair: (typeof carries)[number]) => {
    onChange(carries.map((other, place) => (place === index ? pair : other)));
  };
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">{t("carries")}</legend>
      {carries.map(({ from, to }, index) => (
        <div key={`${toKey(from)}${toKey(to)}`} className="flex items-center gap-1">
          <div className="min-w-0 flex-1">
            <Select size="sm" aria-label={t("carryFrom")} value={toKey(from)} options={toOptions(outputs)} placeholder={t("gone")} onChange={(key) => { replace(index, { from: fromKey(key), to }); }} />
          </div>
          <ArrowRight size={12} aria-hidden className="shrink-0 text-muted" />
          <div className="min-w-0 flex-1">
            <Select size="sm" aria-label={t("carryTo")} value={toKey(to)} options={toOptions(inputs.filter((input) => input.type === typeOf.get(toKey(from))))} placeholder={t("gone")} onChange={(key) => { replace(index, { from, to: fromKey(key) }); }} />
          </div>
          <IconButton label={t("removeCarry")} onClick={() => { onChange(carries.filter((_, place) => place !== index)); }}>
            <X size={12} />
          </IconButton>
        </div>
      ))}
      <Button size="sm" disabled={!next} onClick={() => { if (next) onChange([...carries, next]); }}>
        <Plus size={12} aria-hidden />
        {t("addCarry")}
      </Button>
      <p className="text-xs text-muted">{t("carriesHelp")}</p>
    </fieldset>
  );
}
