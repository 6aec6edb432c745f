"use client";
import { QueryClientProvider } from "@tanstack/react-query";
import { Tooltip } from "radix-ui";
import { useState, type ReactNode } from "react";
import { IntlProvider } from "use-intl";
import { createQueryClient } from "@/components/api/query-client";
import { Toaster } from "@/components/ui/toaster";
import { messages } from "./messages";

const TOOLTIP_DELAY_MS = 350;

export function AppProviders({ children }: { children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  return (
    <IntlProvider locale="en" messages={messages} timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}>
      <QueryClientProvider client={queryClient}>
        <Tooltip.Provider delayDuration={TOOLTIP_DELAY_MS}>
          {children}
          <Toaster />
        </Tooltip.Provider>
      </QueryClientProvider>
    </IntlProvider>
  );
}
