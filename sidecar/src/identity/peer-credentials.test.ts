import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadPeerCredentials } from './peer-credentials.ts';

const read = loadPeerCredentials();
if (process.platform === 'linux' && read === undefined)
  throw new Error('peer credentials cannot be read on this Linux');

async function listening(): Promise<{ server: Server; path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-peer-'));
  chmodSync(folder, 0o755);
  const path = join(folder, 'socket');
  const server = createServer();
  server.listen({ path, readableAll: true, writableAll: true });
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  return { server, path };
}

/** Connects from a process of its own, which stays until its input ends. */
async function connectedChild(identity: { uid?: number; gid?: number } = {}) {
  const { server, path } = await listening();
  const script = `require('node:net').connect(${JSON.stringify(path)}); process.stdin.resume();`;
  const child = spawn(process.execPath, ['-e', script], {
    ...identity,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [socket] = (await once(server, 'connection')) as [Socket];
  return { child, socket };
}

describe.runIf(read !== undefined)('peer credentials', () => {
  test('are uid, gid and pid of the process at the other end', async () => {
    const { child, socket } = await connectedChild();
    const credentials = { uid: process.getuid?.(), gid: process.getgid?.(), pid: child.pid };
    expect(read?.(socket)).toEqual(credentials);
    expect(child.pid).not.toBe(process.pid);
    // The kernel recorded them when it connected: the death of the process changes nothing.
    child.kill('SIGKILL');
    await once(child, 'exit');
    if (!socket.destroyed) expect(read?.(socket) ?? credentials).toEqual(credentials);
    socket.destroy();
  });

  test.runIf(process.getuid?.() === 0)('are those of another user', async () => {
    const { child, socket } = await connectedChild({ uid: 12_345, gid: 23_456 });
    expect(read?.(socket)).toEqual({ uid: 12_345, gid: 23_456, pid: child.pid });
    socket.destroy();
  });

  test('are unknown for TCP, for a closed socket and for what is no socket', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = createConnection((server.address() as { port: number }).port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    expect(read?.(accepted)).toBeUndefined();
    accepted.destroy();
    client.destroy();
    server.close();
    expect(read?.(accepted)).toBeUndefined();
    for (const other of [{}, { _handle: null }, { _handle: { fd: -1 } }, { _handle: { fd: '3' } }, { _handle: {} }]) {
      expect(read?.(other)).toBeUndefined();
    }
  });

  test('are read without a warning', async () => {
    const script = `
      const { loadPeerCredentials } = await import(${JSON.stringify(new URL('peer-credentials.ts', import.meta.url).href)});
      process.stdout.write(String(typeof loadPeerCredentials()));
      process.emitWarning('others pass');`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (data) => (output.stdout += data));
    child.stderr.on('data', (data) => (output.stderr += data));
    await once(child, 'close');
    expect(output.stdout).toBe('function');
    expect(output.stderr).not.toMatch(/ffi/i);
    expect(output.stderr).toContain('others pass');
  });
});
