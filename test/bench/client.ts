import type { Backend, Calls } from './calls.ts';
import type { ClientAnswer, ClientLoad, ClientPlace, ClientRequest } from './client-messages.ts';
import { openDiskBackend } from './disk-backend.ts';
import { openInProcessBackend } from './in-process-backend.ts';
import { runLoad } from './load.ts';
import { openBareBackend } from './peers/bare-backend.ts';
import { openHttpBackend } from './peers/http-backend.ts';
import { openSshAgentBackend } from './peers/ssh-agent-backend.ts';
import { openSidecarBackend } from './sidecar-backend.ts';

/** `client BACKEND SOCKET`: the callers of one side, in a process of their own so that their CPU time can be told. */

const backends: Readonly<Record<ClientPlace['backend'], (socket: string) => Backend | Promise<Backend>>> = {
  'in-process': openInProcessBackend,
  disk: openDiskBackend,
  'named-keys': (socket) => openSidecarBackend(socket, 'named'),
  'session-keys': (socket) => openSidecarBackend(socket, 'session'),
  bare: openBareBackend,
  http: openHttpBackend,
  'ssh-agent': openSshAgentBackend,
};

const [name, socket = ''] = process.argv.slice(2);
const backend = await backends[name as ClientPlace['backend']](socket);
const prepared = new Map<string, Calls>();

process.on('message', (request: ClientRequest) => {
  answer(request).then(reply, (error: unknown) => reply({ kind: 'failed', reason: String(error) }));
});
process.once('disconnect', () => void backend[Symbol.asyncDispose]());

async function answer(request: ClientRequest): Promise<ClientAnswer> {
  if (request.kind === 'run') return { kind: 'ran', load: await run(request) };
  if (!prepared.has(request.operation)) prepared.set(request.operation, await backend.prepare(request.operation));
  return { kind: 'prepared' };
}

async function run(request: Extract<ClientRequest, { kind: 'run' }>): Promise<ClientLoad> {
  const { operation, concurrency, durationMs } = request;
  const calls = prepared.get(operation);
  if (calls === undefined) throw new Error(`${operation} is not prepared`);
  const call = concurrency === 1 ? (calls.lone ?? calls.call) : calls.call;
  const before = process.cpuUsage();
  const load = await runLoad(call, concurrency, durationMs);
  const { user, system } = process.cpuUsage(before);
  return { ...load, clientCpuUsPerOp: (user + system) / load.operations };
}

function reply(message: ClientAnswer): void {
  process.send?.(message);
}
