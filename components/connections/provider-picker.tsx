import { Check, ChevronDown } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";
import { useTranslations } from "use-intl";
import { classNames } from "@/components/ui/class-names";
import { Input } from "@/components/ui/input";
import { Popover } from "@/components/ui/popover";
import { connectionProvider, type ConnectionProvider } from "@/lib/contracts/models";

interface ProviderPickerProps {
  value: ConnectionProvider;
  onChange: (provider: ConnectionProvider) => void;
}

/** Providers whose name or description has what was typed; those whose name begins with it first. */
function useFoundProviders(search: string) {
  const t = useTranslations("connections");
  const wanted = search.trim().toLowerCase();
  const all = connectionProvider.options.map((id) => ({ id, title: t(`providers.${id}`), help: t(`providerHelp.${id}`) }));
  const found = all.filter(({ title, help }) => `${title} ${help}`.toLowerCase().includes(wanted));
  const rank = (title: string) => (title.toLowerCase().startsWith(wanted) ? 0 : title.toLowerCase().includes(wanted) ? 1 : 2);
  return wanted === "" ? all : found.sort((a, b) => rank(a.title) - rank(b.title));
}

function ProviderList({ id, value, onChoose }: { id: string; value: ConnectionProvider; onChoose: (provider: ConnectionProvider) => void }) {
  const t = useTranslations("connections");
  const [search, setSearch] = useState("");
  const [place, setPlace] = useState(0);
  const found = useFoundProviders(search);
  const move = (event: KeyboardEvent) => {
    const steps: Partial<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    const chosen = found[place];
    if (step === undefined && (event.key !== "Enter" || !chosen)) return;
    event.preventDefault();
    if (step === undefined && chosen) onChoose(chosen.id);
    else if (step !== undefined) {
      const next = Math.min(found.length - 1, Math.max(0, place + step));
      setPlace(next);
      document.getElementById(`${id}-${String(next)}`)?.scrollIntoView({ block: "nearest" });
    }
  };
  return (
    <div className="flex flex-col gap-2">
      <Input
        aria-label={t("searchProvider")}
        placeholder={t("searchProvider")}
        role="searchbox"
        aria-controls={`${id}-list`}
        aria-activedescendant={`${id}-${String(place)}`}
        value={search}
        onKeyDown={move}
        onChange={(event) => {
          setSearch(event.target.value);
          setPlace(0);
        }}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={t("fields.provider")} className="-mx-1 max-h-72 overflow-auto">
        {found.length === 0 && <li className="px-2 py-1 text-sm text-muted">{t("noProvider")}</li>}
        {found.map((provider, at) => (
          <li key={provider.id} id={`${id}-${String(at)}`} role="option" aria-label={provider.title} aria-selected={provider.id === value}>
            <button
              type="button"
              tabIndex={-1}
              className={classNames("flex w-full items-start gap-2 rounded-sm px-2 py-1 text-left hover:bg-hover", at === place ? "bg-hover" : "")}
              onClick={() => {
                onChoose(provider.id);
              }}
            >
              <Check size={14} className={classNames("mt-0.5 shrink-0", provider.id === value ? "text-accent" : "invisible")} aria-hidden />
              <span className="min-w-0">
                <span className="block text-sm">{provider.title}</span>
                <span className="block truncate text-xs text-muted">{provider.help}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The choice of a provider, searched by name and by what it has. */
export function ProviderPicker({ value, onChange }: ProviderPickerProps) {
  const t = useTranslations("connections");
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <div className="flex flex-col gap-1">
      <span className="text-sm font-medium">{t("fields.provider")}</span>
      <Popover
        label={t("fields.provider")}
        open={open}
        wide
        align="end"
        onOpenChange={setOpen}
        trigger={
          <button type="button" role="combobox" aria-label={t("fields.provider")} aria-expanded={open} aria-haspopup="listbox" aria-controls={`${id}-list`} className="flex h-8 w-full items-center justify-between gap-2 rounded border border-line-strong bg-surface px-2 text-left text-base">
            <span className="truncate">{t(`providers.${value}`)}</span>
            <ChevronDown size={14} className="shrink-0 text-muted" aria-hidden />
          </button>
        }
      >
        <ProviderList
          id={id}
          value={value}
          onChoose={(provider) => {
            onChange(provider);
            setOpen(false);
          }}
        />
      </Popover>
    </div>
  );
}
