import { AppError } from "@/lib/core/app-error";
import { createId, createSecret } from "@/lib/core/ids";
import type { SharedResources } from "@/lib/engine/resources";
import { hashToken } from "@/lib/server/secret-box";
import { createAttemptLimit } from "./attempts";
import { hashPassword, isPassword } from "./passwords";

type Needs = Pick<SharedResources, "database">;

export interface Person {
  id: string;
  email: string;
  name: string;
  isAdmin: boolean;
}

export const SESSION_DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;
const TOKEN_PREFIX = "rv_";
/** Checked where there is no such account, so that the time taken does not tell. */
const NOBODY = "scrypt$131072$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

export async function isSetupNeeded({ database }: Needs): Promise<boolean> {
  return (await database.prisma.user.count()) === 0;
}

/** Makes the one-time link's secret, in place of an earlier one; null where the administrator is there. */
export async function createSetupSecret({ database }: Needs): Promise<string | null> {
  if (!(await isSetupNeeded({ database }))) return null;
  const secret = createSecret();
  const tokenHash = hashToken(secret);
  await database.prisma.setupLink.upsert({ where: { id: 1 }, create: { id: 1, tokenHash }, update: { tokenHash } });
  return secret;
}

export interface NewPerson {
  email: string;
  name: string;
  password: string;
}

/** Creates the administrator. The link works once. Throws `setup_done`, `setup_link_wrong`. */
export async function createAdministrator({ database }: Needs, secret: string, person: NewPerson): Promise<Person> {
  const passwordHash = await hashPassword(person.password);
  return database.prisma.$transaction(async (transaction) => {
    await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('setup'))`;
    if ((await transaction.user.count()) > 0) throw new AppError("setup_done");
    const { count } = await transaction.setupLink.deleteMany({ where: { tokenHash: hashToken(secret) } });
    if (count === 0) throw new AppError("setup_link_wrong");
    return transaction.user.create({
      data: { id: createId("user"), email: person.email.toLowerCase(), name: person.name, passwordHash, isAdmin: true },
      omit: { passwordHash: true, createdAt: true },
    });
  });
}

/** Creates an account, on the server's own machine. Throws `email_taken`. */
export async function createAccount({ database }: Needs, person: NewPerson, isAdmin: boolean): Promise<Person> {
  const email = person.email.toLowerCase();
  if (await database.prisma.user.findUnique({ where: { email } })) throw new AppError("email_taken", { email });
  return database.prisma.user.create({
    data: { id: createId("user"), email, name: person.name, passwordHash: await hashPassword(person.password), isAdmin },
    omit: { passwordHash: true, createdAt: true },
  });
}

const attempts = createAttemptLimit();

/** Throws `wrong_password`, `too_many_attempts`. */
export async function checkPassword({ database }: Needs, given: string, password: string): Promise<Person> {
  const email = given.toLowerCase();
  attempts.check(email);
  // Counted before the password is checked, so that many at once are no way around it.
  attempts.fail(email);
  const user = await database.prisma.user.findUnique({ where: { email } });
  const right = await isPassword(password, user?.passwordHash ?? NOBODY);
  if (!user || !right) throw new AppError("wrong_password");
  attempts.succeed(email);
  return { id: user.id, email: user.email, name: user.name, isAdmin: user.isAdmin };
}

/** Opens a session; gives the secret for the cookie. */
export async function openSession({ database }: Needs, userId: string): Promise<{ secret: string; expiresAt: Date }> {
  const secret = createSecret();
  const expiresAt = new Date(Date.now() + SESSION_DAYS * DAY_MS);
  await database.prisma.session.deleteMany({ where: { expiresAt: { lt: new Date() } } });
  await database.prisma.session.create({ data: { tokenHash: hashToken(secret), userId, expiresAt } });
  return { secret, expiresAt };
}

export async function closeSession({ database }: Needs, secret: string): Promise<void> {
  await database.prisma.session.deleteMany({ where: { tokenHash: hashToken(secret) } });
}

/** The person behind a session's secret, or null. */
export async function findBySession({ database }: Needs, secret: string): Promise<Person | null> {
  const session = await database.prisma.session.findUnique({
    where: { tokenHash: hashToken(secret) },
    include: { user: { omit: { passwordHash: true, createdAt: true } } },
  });
  return session && session.expiresAt > new Date() ? session.user : null;
}

/** The person behind an API token, or null. Its use is noted, at most once a minute. */
export async function findByApiToken({ database }: Needs, secret: string): Promise<Person | null> {
  const token = await database.prisma.apiToken.findUnique({
    where: { tokenHash: hashToken(secret) },
    include: { user: { omit: { passwordHash: true, createdAt: true } } },
  });
  if (!token || token.revokedAt) return null;
  if (!token.lastUsedAt || Date.now() - token.lastUsedAt.getTime() > 60_000) {
    await database.prisma.apiToken.update({ where: { id: token.id }, data: { lastUsedAt: new Date() } });
  }
  return token.user;
}

interface TokenRow {
  id: string;
  name: string;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
}

export interface TokenView {
  id: string;
  name: string;
  prefix: string;
  createdAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

function toTokenView(row: TokenRow): TokenView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

export async function listApiTokens({ database }: Needs, userId: string): Promise<TokenView[]> {
  return (await database.prisma.apiToken.findMany({ where: { userId }, orderBy: { createdAt: "desc" } })).map(toTokenView);
}

/** Makes an API token; the secret is not stored and cannot be shown again. */
export async function createApiToken({ database }: Needs, userId: string, name: string): Promise<{ token: TokenView; secret: string }> {
  const secret = TOKEN_PREFIX + createSecret();
  const row = await database.prisma.apiToken.create({
    data: { id: createId("token"), name, userId, tokenHash: hashToken(secret), prefix: secret.slice(0, 8) },
  });
  return { token: toTokenView(row), secret };
}

/** Throws `not_found` for another's token. */
export async function revokeApiToken({ database }: Needs, userId: string, tokenId: string): Promise<void> {
  const { count } = await database.prisma.apiToken.updateMany({ where: { id: tokenId, userId, revokedAt: null }, data: { revokedAt: new Date() } });
  if (count === 0) throw new AppError("not_found", { what: "API token", id: tokenId });
}
