import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { trainingRequest, type TrainingRequest, type TrainingResult } from "@/lib/contracts/trainer";
import { jsonValue } from "@/lib/server/json-value";
import { projectFolder, type TestEngine } from "./test-engine";

export const builtinFolder = join(projectFolder, "trainer", "builtin", "model");

/** Puts the files of a model into its folder, in place of a training. */
export type MakeModel = (request: TrainingRequest, folder: string) => Promise<void>;

/** The built-in weights as they are. */
export const copyBuiltin: MakeModel = (_, folder) => cp(builtinFolder, folder, { recursive: true });

/**
 * Takes the trainer's place at the database: answers the next training with a model that was not trained. What the engine
 * sees of it is what the Python trainer would leave. `stop` waits for it.
 */
export async function playTrainer({ resources, env }: TestEngine, makeModel: MakeModel): Promise<{ stop(): Promise<void> }> {
  const { prisma } = resources.database;
  const beat = { kind: "trainer", pid: 0, host: "test", heartbeatAt: new Date(Date.now() + 3_600_000) };
  await prisma.workerProcess.upsert({ where: { id: "played" }, create: { id: "played", ...beat }, update: beat });
  let stopped = false;
  const play = async (): Promise<void> => {
    while (!stopped) {
      const training = await prisma.training.findFirst({ where: { state: "queued" } });
      if (training) {
        const request = trainingRequest.parse(training.request);
        const result = makeResult(request);
        const folder = join(env.REVERIE_DATA, result.folder);
        await mkdir(folder, { recursive: true });
        await makeModel(request, folder);
        await writeFile(join(folder, "reverie-training.json"), JSON.stringify({ request, result }));
        await prisma.training.update({ where: { id: training.id }, data: { state: "done", result: jsonValue(result), endedAt: new Date() } });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const playing = play();
  return {
    async stop() {
      stopped = true;
      await playing;
    },
  };
}

function makeResult(request: TrainingRequest): TrainingResult {
  return {
    folder: `models/${request.modelId}`, parameters: 2_400_000, trainableParameters: 9216, steps: 12, trainRows: request.data.train.rows, validationRows: 2,
    skipped: { count: 0, rows: [] }, truncatedRows: 0, finalTrainLoss: 1.25, bestEvalLoss: 1.5, measures: { loss: 1.5 }, labels: [], stoppedEarly: false, device: "cpu", devices: 1, spread: null, machines: 1, seconds: 3.5, libraries: { torch: "2.13.0" },
  };
}
