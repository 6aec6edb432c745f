import { SESSION_COOKIE } from "./define-route";

/** `Secure` only where the page came over HTTPS: self-hosting on plain HTTP in a local network is normal. */
function attributes(request: Request): string {
  const isSecure = request.headers.get("x-forwarded-proto") === "https" || new URL(request.url).protocol === "https:";
  return `Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}

export function sessionCookie(request: Request, session: { secret: string; expiresAt: Date }): string {
  return `${SESSION_COOKIE}=${session.secret}; Expires=${session.expiresAt.toUTCString()}; ${attributes(request)}`;
}

export function clearedSessionCookie(request: Request): string {
  return `${SESSION_COOKIE}=; Max-Age=0; ${attributes(request)}`;
}
