import { addWorkerResources, openResources } from "@/lib/engine/open-resources";
import type { WorkerResources } from "@/lib/engine/resources";
import { readEnv } from "@/lib/server/env";

// In development Next loads modules anew on each change; the resources must be opened once all the same.
const holder = globalThis as { reverieResources?: Promise<WorkerResources> };

/** The web server's own resources. It also has a model client, for the box that prompts a model. */
export function appResources(): Promise<WorkerResources> {
  holder.reverieResources ??= openResources(readEnv(), process.cwd()).then(addWorkerResources);
  // A failed start (the database is away) is tried again with the next request.
  holder.reverieResources.catch(() => {
    delete holder.reverieResources;
  });
  return holder.reverieResources;
}
