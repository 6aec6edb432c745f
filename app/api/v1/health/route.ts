import { readHealth } from "@/lib/contracts/system";
import { defineRoute } from "@/lib/http/define-route";

export const dynamic = "force-dynamic";
export const GET = defineRoute(readHealth, async ({ resources }) => {
  await resources.database.pool.query("SELECT 1");
  return { ok: true };
});
