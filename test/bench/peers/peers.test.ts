import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sideKinds } from '../sides.ts';
import { MessageSocket } from './message-socket.ts';

// Each peer signs, and its first signature was verified by node:crypto.

const timeoutMs = 120_000;
const peers = sideKinds.filter(({ id }) => ['p11-kit', 'ssh-agent', 'http', 'bare', 'bare-durable'].includes(id));

for (const { id, title, operations, lacks, open } of peers) {
  test.skipIf(lacks() !== undefined)(
    `${title} signs with several callers at once`,
    { timeout: timeoutMs },
    async () => {
      await using side = await open();
      for (const operation of operations) {
        await side.prepare(operation);
        const round = await side.run(operation, 3, 30);
        expect(round.operations, id).toBeGreaterThanOrEqual(3);
        expect(round.clientCpuUsPerOp).toBeGreaterThan(0);
        expect(round.p99Us).toBeGreaterThanOrEqual(round.p50Us);
      }
    },
  );
}

test('a peer that hangs up between two requests is an error, not a wait without end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-peer-'));
  const path = join(folder, 'peer.sock');
  const server = createServer((socket) => socket.once('data', () => socket.end('done')));
  try {
    await once(server.listen(path), 'listening');
    const connection = await MessageSocket.open(path, (bytes) => (bytes.length < 4 ? undefined : 4));
    expect(String(await connection.request('first'))).toBe('done');
    await expect(
      (async () => {
        for (let request = 0; request < 100; request += 1) await connection.request('further');
      })(),
    ).rejects.toThrow();
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});
