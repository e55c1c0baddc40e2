import type { ClientLoad, ClientPlace } from './client-messages.ts';
import { ClientProcess } from './client-process.ts';

/** One round of a side. */
export interface Round extends ClientLoad {
  /** Of the server's process with all its threads, in microseconds; null where there is none or nothing tells. */
  readonly serverCpuUsPerOp: number | null;
}

/** One contestant while it runs: its server, and its callers in another process. */
export interface Side extends AsyncDisposable {
  /** Socket of its server, where other clients may come in. */
  readonly socket: string | undefined;
  /** @throws Error when the operation does not work */
  prepare(operation: string): Promise<void>;
  run(operation: string, concurrency: number, durationMs: number): Promise<Round>;
}

export interface Server extends AsyncDisposable {
  readonly socket: string;
  /** CPU time that it has used, in microseconds. */
  readonly cpuUs: (() => number) | undefined;
}

/** Takes the server over. */
export async function openSide(backend: ClientPlace['backend'], server?: Server): Promise<Side> {
  const client = new ClientProcess({ backend, socket: server?.socket ?? '' });
  return {
    socket: server?.socket,
    prepare: (operation) => client.prepare(operation),
    run: (operation, concurrency, durationMs) =>
      measured(server?.cpuUs, () => client.run(operation, concurrency, durationMs)),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server?.[Symbol.asyncDispose]();
    },
  };
}

/** A round with what it cost the server. */
export async function measured(cpuUs: Server['cpuUs'], run: () => Promise<ClientLoad>): Promise<Round> {
  const before = cpuUs?.();
  const load = await run();
  const used = cpuUs === undefined || before === undefined ? null : cpuUs() - before;
  return { ...load, serverCpuUsPerOp: used === null ? null : used / load.operations };
}
