import { logger } from "@/lib/core/logger";
import { addWorkerResources, openResources, queueBackend } from "@/lib/engine/open-resources";
import { startWorker } from "@/lib/engine/start-worker";
import { closeTransport } from "@/lib/llm/transport";
import { readEnv } from "@/lib/server/env";

const env = readEnv();
const shared = await openResources(env, process.cwd());
const worker = await startWorker(addWorkerResources(shared), queueBackend(env), env.WORKER_CHUNKS);

let leaving = false;
async function leave(): Promise<void> {
  if (leaving) return;
  leaving = true;
  await worker.close();
  await closeTransport();
  await shared.close();
  logger.info("worker_stopped");
  process.exit(0);
}
process.on("SIGTERM", () => void leave());
process.on("SIGINT", () => void leave());
