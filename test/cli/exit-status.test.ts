import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { exitStatuses } from '../../cli/src/exit-status.ts';
import { ferrohsm } from './processes.ts';
import { parseScript } from './script.ts';

/** Reached below: no script can make a sidecar fail inside. */
const ofBrokenSidecars = 70;

test('the scripts reach every exit status of the table, and no other', () => {
  const scripts = globSync('*.txt', { cwd: import.meta.dirname });
  const lines = scripts.flatMap((name) => parseScript(readFileSync(join(import.meta.dirname, name), 'utf8')));
  const reached = lines.filter(({ verb }) => verb === 'status').map(({ words }) => Number(words[0]));
  const expected = [...exitStatuses.keys()].filter((status) => status !== ofBrokenSidecars);
  expect([...new Set(reached)].toSorted((one, other) => one - other)).toEqual(expected);
});

/** A sidecar that greets and then fails inside, whatever it is asked. */
async function brokenSidecar(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', (line) => {
      const { id, method } = JSON.parse(line) as { id: string; method: string };
      const failure = {
        error: { code: -32603, message: 'the sidecar failed inside', data: { code: 'internal_error' } },
      };
      const answer =
        method === 'system.hello'
          ? { result: { protocol: 1, server: 'broken', attachments: true, limits, log } }
          : failure;
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...answer })}\n`);
    });
  });
  const path = join(folder, 's.sock');
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  return path;
}

const log = { origin: 'broken', keys: [] };
const limits = {
  messageBytes: 1 << 20,
  attachmentBytes: 8 << 20,
  attachments: 64,
  depth: 32,
  batch: 64,
  inFlight: 16,
  sessionKeys: 10,
};

test('70 says that the sidecar failed inside', async () => {
  const command = spawn(process.execPath, [ferrohsm, 'status', '--socket', await brokenSidecar()]);
  let stderr = '';
  command.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [status] = await once(command, 'close');
  expect([status, stderr]).toEqual([70, expect.stringContaining('error: the sidecar failed inside')]);
});
