import { createApiToken, listApiTokens } from "@/lib/accounts/accounts";
import { createToken, listTokens } from "@/lib/contracts/accounts";
import { defineRoute } from "@/lib/http/define-route";
import { requirePerson } from "@/lib/http/require-person";

export const GET = defineRoute(listTokens, async ({ resources, person }) => ({ tokens: await listApiTokens(resources, requirePerson(person).id) }));
export const POST = defineRoute(createToken, ({ resources, person, body }) => createApiToken(resources, requirePerson(person).id, body.name));
