import type { Provider } from "@/lib/contracts/providers";
import { startChatServer, type ChatServer } from "./chat-server";
import { openTestEngine, type TestEngine } from "./test-engine";

interface Connection {
  id: string;
  provider?: Provider;
  concurrency?: number;
}

/** An engine with a worker, and connections of it to a stand-in for a server of models. */
export interface ChatEngine {
  engine: TestEngine;
  chat: ChatServer;
  close(): Promise<void>;
}

export async function openChatEngine(connections: readonly Connection[] = [], answer?: ChatServer["answer"]): Promise<ChatEngine> {
  const engine = await openTestEngine();
  await engine.startWorker();
  const chat = await startChatServer(answer);
  for (const { id, provider = "openai-compatible", concurrency } of connections) {
    await engine.resources.database.prisma.connection.create({ data: { id, name: id, provider, baseUrl: chat.url, ...(concurrency !== undefined && { concurrency }) } });
  }
  return {
    engine,
    chat,
    async close() {
      await chat.close();
      await engine.close();
    },
  };
}
