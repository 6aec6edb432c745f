import { createAdministrator, openSession } from "@/lib/accounts/accounts";
import { setUp } from "@/lib/contracts/accounts";
import { defineRoute } from "@/lib/http/define-route";
import { sessionCookie } from "@/lib/http/session-cookie";

export const POST = defineRoute(setUp, async ({ resources, request, body, setHeader }) => {
  const { token, ...person } = body;
  const administrator = await createAdministrator(resources, token, person);
  setHeader("set-cookie", sessionCookie(request, await openSession(resources, administrator.id)));
  return administrator;
});
