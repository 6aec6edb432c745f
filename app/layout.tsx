import type { Metadata } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { AppProviders } from "@/components/shell/app-providers";
import { parseTheme, THEME_COOKIE } from "@/components/shell/theme";
import "./globals.css";

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#3757d6"/><path d="M7 10h7v5H7zM18 17h7v5h-7z" fill="#fff"/><path d="M14 12.5h3v7h1" fill="none" stroke="#fff" stroke-width="2"/></svg>`;

export const metadata: Metadata = {
  title: { default: "Reverie", template: "%s · Reverie" },
  description: "Draw an LLM workflow, run it, look at every table, train models on the result.",
  icons: { icon: `data:image/svg+xml,${encodeURIComponent(icon)}` },
};

/** The theme comes with the request, so that the first paint is already in it. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const theme = parseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme === "system" ? undefined : theme} suppressHydrationWarning>
      <body>
        <AppProviders>{children}</AppProviders>
      </body>
    </html>
  );
}
