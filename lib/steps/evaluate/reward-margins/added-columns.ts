import type { Column } from "../../_sdk/columns";

export const addedColumns: readonly Column[] = [
  { name: "reward_chosen", type: "number" },
  { name: "reward_rejected", type: "number" },
  { name: "margin", type: "number" },
  { name: "right", type: "number" },
];
