import { buildWeb, prepare } from "@/scripts/prepare.mjs";

/** Before any journey, so that two apps that start at once do not build the same files over each other. */
export default function setup(): void {
  prepare();
  buildWeb((text) => {
    console.log(text);
  });
}
