import { expect, it } from "vitest";
import { createAttemptLimit } from "./attempts";

it("lets ten wrong passwords through, then none for a quarter of an hour, for that account alone", () => {
  let now = 0;
  const limit = createAttemptLimit(() => now);
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect(() => {
      limit.check("ada@example.org");
    }).not.toThrow();
    limit.fail("ada@example.org");
  }
  const again = () => {
    limit.check("ada@example.org");
  };
  expect(again).toThrow(expect.objectContaining({ code: "too_many_attempts", data: { minutes: 15 } }) as Error);
  expect(() => {
    limit.check("bob@example.org");
  }).not.toThrow();
  now += 15 * 60 * 1000;
  expect(again).not.toThrow();
});

it("forgets wrong passwords after a right one", () => {
  const limit = createAttemptLimit(() => 0);
  for (let attempt = 0; attempt < 9; attempt += 1) limit.fail("ada@example.org");
  limit.succeed("ada@example.org");
  limit.fail("ada@example.org");
  expect(() => {
    limit.check("ada@example.org");
  }).not.toThrow();
});
