import { expect, it } from "vitest";
import { AppError } from "./app-error";
import { isTransientDatabaseError, retryWhileAway } from "./transient-error";

it("knows a lost connection by its code, by its words and by its cause", () => {
  const lost = Object.assign(new Error("terminating connection due to administrator command"), { code: "57P01" });
  expect(isTransientDatabaseError(lost)).toBe(true);
  expect(isTransientDatabaseError(new Error("Connection terminated unexpectedly"))).toBe(true);
  expect(isTransientDatabaseError(new AppError("internal", {}, { cause: lost }))).toBe(true);
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  expect(isTransientDatabaseError(refused)).toBe(true);
  expect(isTransientDatabaseError(new AppError("model_unreachable", {}, { cause: refused }))).toBe(false);
  const fromPrisma = new Error("\nInvalid `prisma.connection.findUnique()` invocation\nDatabase error. Code: `57P01`. Message: `terminating connection due to administrator command`");
  expect(isTransientDatabaseError(fromPrisma)).toBe(true);
  expect(isTransientDatabaseError(Object.assign(new Error("duplicate key"), { code: "23505" }))).toBe(false);
});

it("tries again while the database is away, and not after another error", async () => {
  let tries = 0;
  const answer = await retryWhileAway(() => {
    tries += 1;
    return tries < 3 ? Promise.reject(new Error("Connection terminated")) : Promise.resolve("there");
  });
  expect([answer, tries]).toEqual(["there", 3]);
  await expect(retryWhileAway(() => Promise.reject(new Error("syntax error")))).rejects.toThrow("syntax error");
});
