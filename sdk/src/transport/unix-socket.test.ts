import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defaultSocketPath, unixSocket } from './unix-socket.ts';

const hello = {
  protocol: 1,
  attachments: true,
  limits: { messageBytes: 4096, attachmentBytes: 0, attachments: 0, inFlight: 4 },
};
const remoteModule = new URL('../client/remote.ts', import.meta.url).href;
const socketModule = new URL('./unix-socket.ts', import.meta.url).href;

let folder: string;
let path: string;
let server: Server;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ferrohsm-'));
  path = join(folder, 'peer.sock');
  server = createServer();
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.close();
  rmSync(folder, { recursive: true });
});

/** A peer that answers the greeting at once and hands every other request to the test. */
async function listen(onRequest: (answer: () => void) => void): Promise<void> {
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => undefined);
    createInterface({ input: socket }).on('line', (line) => {
      const { id, method } = JSON.parse(line) as { id: number; method: string };
      const answer = (result: object) => socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
      if (method === 'system.hello') answer(hello);
      else onRequest(() => answer({ answered: true }));
    });
  });
  await once(server.listen(path), 'listening');
}

/** A process of its own with a connected client named `rpc`. */
function client(script: string): ChildProcess {
  const source = `
    import { RemoteRpc } from ${JSON.stringify(remoteModule)};
    import { unixSocket } from ${JSON.stringify(socketModule)};
    const transport = unixSocket(${JSON.stringify(path)});
    const rpc = await RemoteRpc.open({ transport, greeting: {}, connectTimeoutMs: 10_000 });
    ${script}`;
  return spawn(process.execPath, ['--input-type=module', '--eval', source], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('an idle connection lets the process end', async () => {
  await listen((answer) => answer());
  const child = client("await rpc.call('system.status', {}); console.log('idle');");
  const [output, [status]] = await Promise.all([text(child.stdout as never), once(child, 'exit')]);
  expect([output, status]).toEqual(['idle\n', 0]);
});

test('a pending call keeps the process alive until its answer', async () => {
  const requests: (() => void)[] = [];
  await listen((answer) => requests.push(answer));
  const child = client(`
    const answer = rpc.call('system.status', {});
    setImmediate(() => console.log('nothing else to do'));
    console.log(JSON.stringify(await answer));`);
  const lines = createInterface({ input: child.stdout as never });
  const output: string[] = [];
  lines.on('line', (line) => output.push(line));
  await once(lines, 'line');
  // The life of another process is time enough for one that has nothing to wait for to end.
  await once(spawn(process.execPath, ['--eval', '0']), 'exit');
  expect(child.exitCode).toBeNull();
  for (const answer of requests) answer();
  const [status] = await once(child, 'close');
  expect([output, status]).toEqual([['nothing else to do', '{"answered":true}'], 0]);
});

test('broken framing ends the channel with its cause', async () => {
  server.on('connection', (socket) => socket.end('{"id":1}\nnonsense\n'));
  await once(server.listen(path), 'listening');
  const values: object[] = [];
  const cause = await new Promise((resolve, reject) => {
    const listener = { onMessage: ({ value }: { value: object }) => values.push(value), onClose: resolve };
    unixSocket(path).open(listener, new AbortController().signal).catch(reject);
  });
  expect([values, cause]).toEqual([[{ id: 1 }], expect.objectContaining({ name: 'FrameError' })]);
});

test('an aborted attempt is given up', async () => {
  const listener = { onMessage: () => undefined, onClose: () => undefined };
  await expect(unixSocket(path).open(listener, AbortSignal.abort())).rejects.toThrow();
});

test('the default place follows the environment', () => {
  vi.stubEnv('FERROHSM_SOCKET', '/somewhere/hsm.sock');
  expect(defaultSocketPath()).toBe('/somewhere/hsm.sock');
  vi.stubEnv('FERROHSM_SOCKET', undefined);
  vi.stubEnv('XDG_RUNTIME_DIR', '/run/user/7');
  const root = getuid?.() === 0 ? '/run/ferrohsm/ferrohsm.sock' : undefined;
  expect(defaultSocketPath()).toBe(root ?? '/run/user/7/ferrohsm/ferrohsm.sock');
  vi.stubEnv('XDG_RUNTIME_DIR', undefined);
  vi.stubEnv('XDG_STATE_HOME', undefined);
  expect(defaultSocketPath()).toBe(root ?? join(homedir(), '.local/state/ferrohsm/ferrohsm.sock'));
});
