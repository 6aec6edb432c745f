import type { ReactNode } from "react";

export default function AccountLayout({ children }: { children: ReactNode }) {
  return <main className="flex min-h-full items-center justify-center p-4">{children}</main>;
}
