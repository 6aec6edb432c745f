import { checkPassword, closeSession, isSetupNeeded, openSession } from "@/lib/accounts/accounts";
import { readSession, signIn, signOut } from "@/lib/contracts/accounts";
import { defineRoute, readSessionSecret } from "@/lib/http/define-route";
import { clearedSessionCookie, sessionCookie } from "@/lib/http/session-cookie";

export const dynamic = "force-dynamic";

export const GET = defineRoute(readSession, async ({ resources, person }) => ({
  user: person,
  setupNeeded: person === null && (await isSetupNeeded(resources)),
}));

export const POST = defineRoute(signIn, async ({ resources, request, body, setHeader }) => {
  const person = await checkPassword(resources, body.email, body.password);
  setHeader("set-cookie", sessionCookie(request, await openSession(resources, person.id)));
  return person;
});

export const DELETE = defineRoute(signOut, async ({ resources, request, setHeader }) => {
  const secret = readSessionSecret(request);
  if (secret) await closeSession(resources, secret);
  setHeader("set-cookie", clearedSessionCookie(request));
});
