import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Reads a long message, then a short one, and counts in its own memory what is left of the long one's end. */
const program = `
  const { closeSync, openSync, readFileSync, readSync } = await import('node:fs');
  const { connect, createServer } = await import('node:net');
  const { once } = await import('node:events');
  const { readMemory } = await import(${JSON.stringify(join(import.meta.dirname, 'read-memory.ts'))});
  const hidden = Buffer.from('fedcba9876543210fedcba9876543210', 'hex');
  const writeTail = (bytes) => hidden.forEach((byte, index) => { bytes[bytes.length - hidden.length + index] = byte ^ 0x55; });
  const copies = () => {
    const memory = openSync('/proc/self/mem');
    const window = Buffer.alloc(1 << 20);
    let count = 0;
    for (const line of readFileSync('/proc/self/maps', 'utf8').split('\\n')) {
      if (!line.endsWith('[heap]')) continue;
      const [start, end] = line.split(' ')[0].split('-').map((text) => Number.parseInt(text, 16));
      for (let from = start; from < end; from += window.length - hidden.length) {
        const length = readSync(memory, window, 0, Math.min(window.length, end - from), from);
        for (let at = 0; at < length; at++) if (hidden.every((byte, index) => (window[at + index] ^ 0x55) === byte)) count += 1;
      }
    }
    closeSync(memory);
    window.fill(0);
    return count;
  };
  const server = createServer((socket) => socket.on('data', (chunk) => { chunk.fill(0); socket.write('.'); }));
  await once(server.listen('\\0read-memory-' + process.pid), 'listening');
  const client = connect('\\0read-memory-' + process.pid);
  const long = Buffer.alloc(2000);
  writeTail(long);
  client.write(long, () => long.fill(0));
  await once(client, 'data');
  client.write('short');
  await once(client, 'data');
  const before = copies();
  readMemory.soil();
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log(JSON.stringify({ before, after: copies() }));
  process.exit();
`;

test.skipIf(process.platform !== 'linux')('what Node read long messages into is wiped', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const { before, after } = JSON.parse(stdout);
  expect(before).toBeGreaterThan(0);
  expect(after).toBe(0);
});
