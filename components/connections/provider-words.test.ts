import { describe, expect, it } from "vitest";
import { connectionProvider, HUB_PROVIDER, POOL_PROVIDER } from "@/lib/contracts/models";
import { providers, secretFields, settingFields } from "@/lib/contracts/providers";
import words from "@/messages/en/connections.json" with { type: "json" };

describe("the words of the connections page", () => {
  it("name and explain every provider, and none that is not there", () => {
    expect(Object.keys(words.providers).sort()).toEqual([...connectionProvider.options].sort());
    expect(Object.keys(words.providerHelp).sort()).toEqual([...connectionProvider.options].sort());
    for (const [id, { title }] of Object.entries(providers)) expect(words.providers[id as keyof typeof providers]).toBe(title);
    expect([words.providers[HUB_PROVIDER], words.providers[POOL_PROVIDER]]).not.toContain("");
  });

  it("name every field", () => {
    expect(Object.keys(words.fields.secrets)).toEqual([...secretFields]);
    expect(Object.keys(words.fields.settings)).toEqual([...settingFields]);
  });
});
