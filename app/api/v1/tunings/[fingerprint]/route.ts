import { readTuning as contract } from "@/lib/contracts/tuning";
import { defineRoute } from "@/lib/http/define-route";
import { readTuning } from "@/lib/models/tunings";

export const GET = defineRoute(contract, ({ resources, params }) => readTuning(resources, params.fingerprint));
