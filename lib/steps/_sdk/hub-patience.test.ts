import { expect, it } from "vitest";
import { HubPatience } from "./hub-patience";
import { checkLicence, publishParams } from "./publish-params";

function hub(...statuses: number[]) {
  const patience = new HubPatience("https://hub.test", new AbortController().signal);
  let asked = 0;
  const work = async (): Promise<string> => {
    const status = statuses[asked++] ?? 200;
    const reply = await patience.watch(Promise.resolve(new Response(status === 503 ? "<html>" : "{}", { status, headers: { "retry-after": "0" } })));
    await reply.json();
    if (status >= 400) throw new Error(String(status));
    return "done";
  };
  return { run: () => patience.retry(work), asked: () => asked };
}

it("waits for a Hub that is busy, also where its page is no JSON", async () => {
  const busy = hub(429, 503, 500);
  expect(await busy.run()).toBe("done");
  expect(busy.asked()).toBe(4);
});

it("gives up in clear words, and at once where waiting does not help", async () => {
  const busy = hub(429, 429, 429, 429, 429, 429);
  await expect(busy.run()).rejects.toMatchObject({ code: "hub_busy", data: { status: 429, tries: 5 } });
  expect(busy.asked()).toBe(5);
  const refused = hub(403);
  await expect(refused.run()).rejects.toThrow("403");
  expect(refused.asked()).toBe(1);
});

it("takes a licence in any case, of the Hub's list", () => {
  expect(publishParams.license.parse(" CC-BY-4.0 ")).toBe("cc-by-4.0");
  expect(publishParams.license.parse("MIT")).toBe("mit");
  expect([checkLicence("MIT"), checkLicence(""), checkLicence("openrail++")].flat()).toEqual([]);
  expect(checkLicence("cc-by-5.0")).toMatchObject([{ code: "hub_licence_unknown" }]);
});
