/**
 * Asks the browser to copy or cut, as its own menu would: it answers with an event that takes the text. Unlike
 * `navigator.clipboard` this is there on plain HTTP, which is how most people host this themselves.
 */
export function fireClipboardEvent(command: "copy" | "cut"): void {
  const browser: { execCommand(name: string): boolean } = document;
  browser.execCommand(command);
}

/** Puts a text on the clipboard. */
export function copyText(text: string): void {
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  addEventListener("copy", onCopy, true);
  fireClipboardEvent("copy");
  removeEventListener("copy", onCopy, true);
}
