import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RawClient, temporaryFolder } from './test-peer.ts';

/** A sidecar's listener in a process of its own, on descriptor 3; the answer to `fds` is what its children inherit. */
const program = `
import { execFileSync } from 'node:child_process';
import { fstatSync } from 'node:fs';
import { listenUnix } from ${JSON.stringify(new URL('./unix-socket.ts', import.meta.url).href)};
const [name, isShared] = process.argv.slice(1);
const accept = (connection) => ({
  onFrame(frame) {
    const fds = execFileSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    connection.send({ value: { peer: connection.peer, isHandedOn: fds.includes('socket:[' + fstatSync(3).ino + ']') }, attachments: [] });
  },
  onClose: () => process.exit(0),
});
try {
  const { address } = await listenUnix({ name, descriptor: 3 }, accept, { isShared: isShared === 'shared' });
  console.log(JSON.stringify({ address }));
} catch ({ code, detail }) {
  console.log(JSON.stringify({ code, detail }));
}`;

/** Opens a socket as systemd would, and becomes the program. */
const launcher = `
import os, socket, sys
place, mode, *command = sys.argv[1:]
if place == 'tcp':
    s = socket.socket(); s.bind(('127.0.0.1', 0))
else:
    s = socket.socket(socket.AF_UNIX); s.bind(place.replace('@', chr(0)))
if place.startswith('/'): os.chmod(place, int(mode, 8))
s.listen()
os.dup2(s.fileno(), 3); os.set_inheritable(3, True)
os.execv(command[0], command)`;

let place: ReturnType<typeof temporaryFolder>;
let path: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  place = temporaryFolder();
  path = join(place.folder, 'test.sock');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  place.remove();
});

/** Starts the program with a socket as descriptor 3; answers its first line. */
async function launch(on: string, mode: string, ...words: string[]) {
  const command = [process.execPath, '--input-type=module', '-e', program, ...words];
  const child = spawn('python3', ['-c', launcher, on, mode, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
  });
  return { exited, said: JSON.parse(line) as unknown };
}

describe.runIf(process.platform === 'linux')('an inherited socket', () => {
  it('is served under its name, is not handed on, and its file stays', async () => {
    const { exited, said } = await launch(path, '660', 'payments');
    expect(said).toEqual({ address: path });
    const raw = new RawClient(path);
    raw.socket.write('{"hello":1}\n');
    const [answer = ''] = await raw.lines(1);
    expect(JSON.parse(answer)).toEqual({ peer: { transport: 'unix', socket: 'payments' }, isHandedOn: false });
    raw.socket.end();
    await exited;
    expect(existsSync(path)).toBe(true);
  });

  it('that everybody may reach is served only where the uid is the credential', async () => {
    const { exited, said } = await launch(path, '666', 'payments');
    await exited;
    expect(said).toMatchObject({ code: 'config_invalid', detail: expect.stringContaining('payments') });
    unlinkSync(path);
    expect((await launch(path, '666', 'default', 'shared')).said).toEqual({ address: path });
  });

  it.each<[string, string, string]>([
    ['a TCP socket', 'tcp', 'no listening unix socket'],
    ['a socket of the abstract namespace', `@ferrohsm-test-${process.pid}`, 'no path'],
  ])('%s is refused', async (_, on, detail) => {
    const { exited, said } = await launch(on, '660', 'payments', 'shared');
    await exited;
    expect(said).toMatchObject({ code: 'config_invalid', detail: expect.stringContaining(detail) });
  });
});
