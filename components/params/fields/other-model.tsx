import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { LOCAL_CONNECTION, type ModelRef } from "@/lib/steps/_sdk/model-ref";

const HUB = "\0hub";
const FOLDER = "\0folder";

interface OtherModelProps {
  /** Connections whose models may be named. */
  connections: { id: string; name: string }[];
  onChoose: (ref: ModelRef) => void;
  onCancel: () => void;
}

function toRef(source: string, name: string): ModelRef {
  if (source === HUB) return { connection: LOCAL_CONNECTION, model: `hub:${name}` };
  if (source === FOLDER) return { connection: LOCAL_CONNECTION, model: `folder:${name}` };
  return { connection: source, model: name };
}

/** Names a model that no list has: one of the Hub or of a folder, run on this machine, or one a connection did not list. */
export function OtherModel({ connections, onChoose, onCancel }: OtherModelProps) {
  const t = useTranslations("params.otherModel");
  const [source, setSource] = useState(HUB);
  const [name, setName] = useState("");
  const isFilled = name.trim() !== "";
  const options = [
    { value: HUB, label: t("hub"), group: t("thisMachine") },
    { value: FOLDER, label: t("folder"), group: t("thisMachine") },
    ...connections.map(({ id, name: label }) => ({ value: id, label, group: t("connections") })),
  ];
  const submit = () => {
    if (isFilled) onChoose(toRef(source, name.trim()));
  };
  return (
    <div role="group" aria-label={t("title")} className="flex flex-col gap-2 rounded border bg-raised p-2">
      <Select value={source} options={options} size="sm" aria-label={t("where")} onChange={setSource} />
      <Input
        value={name}
        aria-label={t("name")}
        placeholder={source === HUB ? t("hubExample") : source === FOLDER ? t("folderExample") : t("name")}
        onChange={(event) => {
          setName(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          submit();
        }}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{t("cancel")}</Button>
        <Button variant="primary" disabled={!isFilled} onClick={submit}>
          {t("use")}
        </Button>
      </div>
    </div>
  );
}
