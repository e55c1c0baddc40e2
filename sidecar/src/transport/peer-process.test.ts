import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, copyFileSync, existsSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPeerProcessReader, type PeerProcess } from './peer-process.ts';
import { loadSocketCalls } from './socket-calls.ts';
import { temporaryFolder } from './test-peer.ts';

const calls = loadSocketCalls();
const readers = [
  { guard: 'process descriptor', read: createPeerProcessReader(calls) },
  { guard: 'start time', read: createPeerProcessReader(undefined) },
];

let place: ReturnType<typeof temporaryFolder>;
let path: string;
let server: Server;
const children: ChildProcess[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  place = temporaryFolder();
  path = join(place.folder, 'test.sock');
  server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  place.remove();
});

const python = realpathSync(
  execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim(),
);
const connecting = 'import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])';
const staying = `${connecting}; s.recv(1)`;

function nextSocket(): Promise<Socket> {
  return new Promise((resolve) => {
    server.once('connection', (socket) => {
      sockets.push(socket);
      resolve(socket);
    });
  });
}

function start(program: string, words: readonly string[]): ChildProcess {
  const child = spawn(program, words, { stdio: 'ignore' });
  children.push(child);
  return child;
}

/** The kernel's own account, by commands. */
function expected(pid: number, executable: string): PeerProcess {
  const lines = execFileSync('cat', [`/proc/${pid}/cgroup`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
  const line = lines.find((each) => each.startsWith('0::')) ?? lines[0] ?? '';
  return { executable, cgroup: line.split(':').slice(2).join(':') };
}

describe.runIf(process.platform === 'linux')('the process of a peer', () => {
  it('the kernel hands out a descriptor of it, or is too old', () => {
    expect(calls).toBeDefined();
  });

  it.each(readers)('is told by executable and cgroup ($guard)', async ({ read }) => {
    const accepted = nextSocket();
    const { pid = 0 } = start('python3', ['-c', staying, path]);
    const socket = await accepted;
    expect(read(socket, pid)).toEqual(expected(pid, python));
  });

  it.each(readers)('is not told when it has ended already ($guard)', async ({ read }) => {
    const accepted = nextSocket();
    // It has come and gone before the loop gets to accept.
    const pid = execFileSync('python3', ['-c', `${connecting}; import os; print(os.getpid())`, path]);
    const socket = await accepted;
    expect(read(socket, Number(pid))).toEqual({});
  });

  it.runIf(maySetProcessNumber())('is not confused with one that got its number', async () => {
    const [withDescriptor] = readers;
    const accepted = nextSocket();
    const pid = Number(execFileSync('python3', ['-c', `${connecting}; import os; print(os.getpid())`, path]));
    let later: ChildProcess | undefined;
    while (later?.pid !== pid) {
      expect(existsSync(`/proc/${pid}`)).toBe(false);
      writeFileSync('/proc/sys/kernel/ns_last_pid', String(pid - 1));
      later = start('sleep', ['60']);
    }
    const socket = await accepted;
    expect(withDescriptor?.read(socket, pid)).toEqual({});
  });

  it('a file of the same path in mounts of its own is not believed', async () => {
    if (!mayMakeMounts()) return;
    const copy = join(place.folder, 'payments');
    copyFileSync('/bin/true', copy);
    const accepted = nextSocket();
    const script = `mount --bind ${python} ${copy} && exec ${copy} -c '${staying}' ${path}`;
    const { pid = 0 } = start('unshare', ['--mount', '--map-root-user', 'sh', '-c', script]);
    const socket = await accepted;
    for (const { read } of readers) {
      expect(read(socket, pid)).not.toHaveProperty('executable');
      expect(read(socket, pid)).toHaveProperty('cgroup');
    }
  });

  it('a process that the kernel does not number is not looked for', async () => {
    const accepted = nextSocket();
    start('python3', ['-c', staying, path]);
    const socket = await accepted;
    for (const { read } of readers) expect(read(socket, 0)).toEqual({});
  });
});

function maySetProcessNumber(): boolean {
  try {
    accessSync('/proc/sys/kernel/ns_last_pid', constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function mayMakeMounts(): boolean {
  try {
    execFileSync('unshare', ['--mount', '--map-root-user', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
