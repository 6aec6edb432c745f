import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const alias = { "@": fileURLToPath(new URL(".", import.meta.url)).replace(/\/$/, "") };

export default defineConfig({
  resolve: { alias },
  test: {
    projects: [
      {
        resolve: { alias },
        test: {
          name: "unit",
          include: ["lib/**/*.test.ts", "components/**/*.test.ts", "scripts/**/*.test.ts", "tests/conformance/**/*.test.ts"],
          exclude: ["lib/engine/**", "lib/llm/**", "lib/server/**", "lib/queues/**"],
          testTimeout: 60_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "engine",
          include: ["lib/engine/**/*.test.ts", "lib/llm/**/*.test.ts", "lib/server/**/*.test.ts", "lib/queues/**/*.test.ts", "tests/engine/**/*.test.ts"],
          globalSetup: ["tests/support/start-services.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // A third of their time they wait: for leases to run out, for polls, for processes to start.
          maxWorkers: 3,
        },
      },
      {
        resolve: { alias },
        test: {
          name: "browser",
          include: ["tests/e2e/**/*.test.ts"],
          globalSetup: ["tests/support/build-web.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
