import { compareTrainings as contract } from "@/lib/contracts/trainings";
import { defineRoute } from "@/lib/http/define-route";
import { compareTrainings } from "@/lib/models/compare-trainings";

export const GET = defineRoute(contract, ({ resources, query }) => compareTrainings(resources, { models: query.models.split(",").filter((id) => id !== ""), run: query.run }));
