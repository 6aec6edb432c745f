import { useSyncExternalStore } from "react";

const query = "(prefers-color-scheme: dark)";

function subscribe(listener: () => void): () => void {
  const device = matchMedia(query);
  const observer = new MutationObserver(listener);
  device.addEventListener("change", listener);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => {
    device.removeEventListener("change", listener);
    observer.disconnect();
  };
}

const read = (): string => `${document.documentElement.dataset["theme"] ?? ""} ${String(matchMedia(query).matches)}`;

/** A text that changes with the colours, for what is painted with them and does not follow CSS by itself. */
export function useColorScheme(): string {
  return useSyncExternalStore(subscribe, read, () => "");
}
