import { revokeApiToken } from "@/lib/accounts/accounts";
import { revokeToken } from "@/lib/contracts/accounts";
import { defineRoute } from "@/lib/http/define-route";
import { requirePerson } from "@/lib/http/require-person";

export const DELETE = defineRoute(revokeToken, ({ resources, person, params }) => revokeApiToken(resources, requirePerson(person).id, params.tokenId));
