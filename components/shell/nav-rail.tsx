import { BrainCircuit, History, House, LogOut, MessagesSquare, Plug, Settings, type LucideIcon } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { callApi } from "@/components/api/call-api";
import { useAction } from "@/components/api/use-action";
import { classNames } from "@/components/ui/class-names";
import { IconButton } from "@/components/ui/icon-button";
import { Menu } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import { signOut } from "@/lib/contracts/accounts";

type Place = "home" | "models" | "playground" | "runs" | "connections" | "settings";
const places: { id: Place; href: string; icon: LucideIcon }[] = [
  { id: "home", href: "/", icon: House },
  { id: "runs", href: "/runs", icon: History },
  { id: "models", href: "/models", icon: BrainCircuit },
  { id: "playground", href: "/playground", icon: MessagesSquare },
  { id: "connections", href: "/connections", icon: Plug },
  { id: "settings", href: "/settings", icon: Settings },
];

function isHere(id: Place, href: string, path: string): boolean {
  return id === "home" ? path === "/" || path.startsWith("/workflows") : path.startsWith(href);
}

export function NavRail({ user }: { user: { name: string; email: string } }) {
  const t = useTranslations("shell");
  const path = usePathname();
  const leave = useAction(
    useCallback(async () => {
      await callApi(signOut, {});
      location.assign("/sign-in");
    }, []),
  );
  return (
    <nav aria-label={t("navigation")} className="flex w-12 shrink-0 flex-col items-center gap-1 border-r bg-surface py-2">
      {places.map(({ id, href, icon: Icon }) => (
        <Tooltip key={id} content={t(`nav.${id}`)} side="right">
          <Link
            href={href}
            aria-label={t(`nav.${id}`)}
            aria-current={isHere(id, href, path) ? "page" : undefined}
            className={classNames(
              "flex size-9 items-center justify-center rounded text-muted hover:bg-hover hover:text-text",
              isHere(id, href, path) && "bg-accent-soft text-accent",
            )}
          >
            <Icon size={18} aria-hidden />
          </Link>
        </Tooltip>
      ))}
      <div className="flex-1" />
      <Menu
        align="start"
        trigger={
          <IconButton label={t("account", { name: user.name })} className="size-8 rounded-full bg-pressed text-xs font-semibold text-text uppercase">
            {[...user.name].slice(0, 2).join("")}
          </IconButton>
        }
        entries={[
          { kind: "label", id: "who", label: user.email },
          { kind: "item", id: "out", label: t("signOut"), icon: <LogOut size={14} aria-hidden />, disabled: leave.busy, onSelect: leave.run },
        ]}
      />
    </nav>
  );
}
