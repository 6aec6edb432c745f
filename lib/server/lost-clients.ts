import type { PoolConfig } from "pg";

/**
 * For every pool on PostgreSQL. A client that is checked out has no listener for errors of its socket, and Node ends a
 * process over an error event that nobody hears; its next query fails and says so, which is all that has to happen.
 */
export const surviveLostClients: Pick<PoolConfig, "onConnect"> = {
  onConnect: (client) => {
    client.on("error", () => undefined);
  },
};
