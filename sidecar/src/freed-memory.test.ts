import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const isGlibc =
  process.platform === 'linux' && 'glibcVersionRuntime' in (process.report.getReport() as ReportOfNode).header;

interface ReportOfNode {
  readonly header: object;
}

/** Larger than what a thread keeps, smaller than what goes back to the kernel; read as another process would. */
const program = `
  const { overwriteFreedMemory } = await import(${JSON.stringify(join(import.meta.dirname, 'freed-memory.ts'))});
  const { openSync, readSync } = await import('node:fs');
  const { malloc, free, memset } = process.getBuiltinModule('node:ffi').dlopen(null, {
    malloc: { arguments: ['uint64'], return: 'pointer' },
    free: { arguments: ['pointer'], return: 'void' },
    memset: { arguments: ['pointer', 'int32', 'uint64'], return: 'pointer' },
  }).functions;
  const memory = openSync('/proc/self/mem');
  const copy = Buffer.alloc(66000);
  const left = () => {
    const block = malloc(66000n);
    memset(block, 7, 66000n);
    free(block);
    readSync(memory, copy, 0, copy.length, block);
    return copy.filter((byte) => byte === 7).length;
  };
  const before = left();
  console.log(JSON.stringify({ before, overwrites: overwriteFreedMemory(), after: left() }));
`;

test.skipIf(!isGlibc)('glibc overwrites what is freed from then on', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  expect(stderr.replace(/^.*(FFI is an experimental|--trace-warnings).*\n/gm, '')).toBe('');
  const { before, overwrites, after } = JSON.parse(stdout);
  expect(before).toBeGreaterThan(60_000);
  expect({ overwrites, after }).toEqual({ overwrites: true, after: expect.toSatisfy((bytes: number) => bytes < 1000) });
});
