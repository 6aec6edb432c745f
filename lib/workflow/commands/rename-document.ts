import { defineCommand } from "./command";

export const renameDocument = defineCommand<{ name: string }>({
  capture: "now",
  plan: (document, { name }) => (name === "" || name === document.name ? [] : [{ op: "set-name", name }]),
});
