import { deleteResult as deleteContract, readResult as contract } from "@/lib/contracts/tables";
import { defineRoute } from "@/lib/http/define-route";
import { readResult } from "@/lib/results/read-result";
import { deleteResult } from "@/lib/storage/storage";

export const GET = defineRoute(contract, ({ resources, params }) => readResult(resources, params.fingerprint));

export const DELETE = defineRoute(deleteContract, async ({ resources, params }) => {
  await deleteResult(resources, params.fingerprint);
});
