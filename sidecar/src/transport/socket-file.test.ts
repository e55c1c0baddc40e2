import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bindSocketFile, type SocketFileOptions } from './socket-file.ts';
import { RawClient, temporaryFolder } from './test-peer.ts';

let place: ReturnType<typeof temporaryFolder>;
let path: string;
const servers: Server[] = [];

beforeEach(() => {
  place = temporaryFolder();
  path = join(place.folder, 'run', 'test.sock');
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  place.remove();
});

/** Binds a server that greets. */
async function bind(options: Partial<SocketFileOptions> = {}) {
  const server = createServer((socket) => socket.on('error', () => undefined).end('hello'));
  servers.push(server);
  return { server, file: await bindSocketFile(server, { name: 'main', path, ...options }) };
}

const greeting = () => new RawClient(path).ended.then(String);
const modeOf = (of: string) => lstatSync(of).mode & 0o7777;

/** Leaves a socket file behind as a killed process does. */
function leaveStale(): void {
  mkdirSync(dirname(path), { recursive: true });
  execFileSync('python3', [
    '-c',
    'import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen()',
    path,
  ]);
}

describe('birth', () => {
  it('the mode is 0600, the made folder 0750, and the umask what it was', async () => {
    const umask = process.umask();
    await bind();
    expect(modeOf(path)).toBe(0o600);
    expect(modeOf(dirname(path))).toBe(0o750 & ~umask);
    expect(process.umask()).toBe(umask);
    expect(await greeting()).toBe('hello');
    expect(readdirSync(dirname(path))).toEqual(['test.sock']);
  });

  it.runIf(process.getuid?.() === 0)('the owner is the one configured, which only root can give', async () => {
    await bind({ mode: 0o600, owner: 12_345 });
    expect([lstatSync(path).uid, lstatSync(path).mode & 0o777]).toEqual([12_345, 0o600]);
  });

  it('mode and group are those configured; a folder that is there is left alone', async () => {
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o711);
    const group = process.getgid?.() ?? 0;
    await bind({ mode: 0o660, group });
    expect(modeOf(path)).toBe(0o660);
    expect(lstatSync(path).gid).toBe(group);
    expect(modeOf(dirname(path))).toBe(0o711);
  });

  it.each([0o600, 0o640, 0o666, 0o400])('with mode %o it is born no wider, and not at its path', async (mode) => {
    const umask = process.umask(0);
    const server = createServer();
    servers.push(server);
    const listen = server.listen.bind(server) as (...rest: unknown[]) => Server;
    const born: [string, number][] = [];
    // `listen` binds before it returns: here the file is as young as it can be seen.
    server.listen = (...rest: unknown[]) => {
      const listening = listen(...rest);
      for (const name of readdirSync(dirname(path))) born.push([name, modeOf(join(dirname(path), name))]);
      return listening;
    };
    try {
      await bindSocketFile(server, { name: 'main', path, mode });
    } finally {
      process.umask(umask);
    }
    expect(born).toEqual([[expect.stringMatching(/^\.[0-9a-f]{6}$/), mode & 0o600]]);
    expect(modeOf(path)).toBe(mode);
  });

  it.each<[string, () => Partial<SocketFileOptions>, string]>([
    ['a relative path', () => ({ path: 'run/test.sock' }), 'socket main: path is not absolute'],
    [
      'a long path',
      () => ({ path: join(place.folder, 'x'.repeat(100)) }),
      'socket main: path is longer than 107 bytes',
    ],
    ['a folder that is a file', () => ({ path: '/etc/passwd/test.sock' }), 'socket main: EEXIST'],
  ])('%s is refused', async (_, options, detail) => {
    await expect(bind(options())).rejects.toMatchObject({ code: 'config_invalid', detail });
  });

  it('a folder in which everybody may replace the socket is refused', async () => {
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o777);
    await expect(bind()).rejects.toMatchObject({
      code: 'config_invalid',
      detail: 'socket main: others may write to its folder',
    });
    expect(readdirSync(dirname(path))).toEqual([]);
  });
});

describe('a path that is taken', () => {
  it('a stale socket is replaced', async () => {
    leaveStale();
    expect(lstatSync(path).isSocket()).toBe(true);
    await bind();
    expect(await greeting()).toBe('hello');
  });

  it('a live one is not, and stays', async () => {
    await bind();
    const { ino } = lstatSync(path);
    const second = createServer();
    servers.push(second);
    await expect(bindSocketFile(second, { name: 'other', path })).rejects.toMatchObject({
      code: 'state_locked',
      detail: 'socket other: another process listens at its path',
    });
    second.close();
    expect(lstatSync(path).ino).toBe(ino);
    expect(await greeting()).toBe('hello');
  });

  it('of ten that start at once over a stale socket one wins, and works', async () => {
    leaveStale();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => bind()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await greeting()).toBe('hello');
  });

  it('a socket in another process is not stolen', async () => {
    mkdirSync(dirname(path));
    const program =
      'import socket,sys; s=socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print("up",flush=True); sys.stdin.read()';
    const other = spawn('python3', ['-c', program, path], { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise((resolve) => other.stdout.once('data', resolve));
    await expect(bind()).rejects.toMatchObject({ code: 'state_locked' });
    other.stdin.end();
    await new Promise((resolve) => other.once('exit', resolve));
    await bind();
    expect(await greeting()).toBe('hello');
  });

  it('a file and a symbolic link are never removed', async () => {
    mkdirSync(dirname(path));
    writeFileSync(path, 'precious');
    await expect(bind()).rejects.toMatchObject({ code: 'config_invalid' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    const link = join(dirname(path), 'link.sock');
    symlinkSync(path, link);
    await expect(bind({ path: link })).rejects.toMatchObject({ code: 'config_invalid' });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
  });
});

describe('removal', () => {
  it('takes the file away', async () => {
    const { file } = await bind();
    file.remove();
    expect(existsSync(path)).toBe(false);
  });

  it('leaves a socket that took its place', async () => {
    const first = await bind();
    renameSync(path, `${path}.old`);
    await bind();
    first.file.remove();
    await new Promise((resolve) => first.server.close(resolve));
    expect(await greeting()).toBe('hello');
  });
});
