import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Report } from './report.ts';

// That the programs work, with rounds that are too short to tell anything: no time is judged here.

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-bench-'));
const positive = expect.any(Number);
const timeoutMs = 180_000;
const isLinux = process.platform === 'linux';

afterAll(() => rmSync(folder, { recursive: true }));

const programOf = (name: string) => join(import.meta.dirname, name);
const run = (name: string, words: readonly string[]) =>
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', programOf(name), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

test('a short run measures each side in turn, prints a line for each and writes JSON and Markdown', {
  timeout: timeoutMs,
}, () => {
  const [json, page] = [join(folder, 'bench.json'), join(folder, 'page.md')];
  writeFileSync(page, 'before\n<!-- rates -->\nold\n<!-- /rates -->\nafter\n');
  const sides = ['in-process', 'durable', 'http'];
  const words = [
    '--only',
    'no-op,p256,composite,hybrid-kem,aes-64k',
    '--sides',
    sides.join(','),
    '--concurrency',
    '1,3',
  ];
  const text = run('main.ts', [...words, '--round-ms', '5', '--rounds', '2', '--json', json, '--markdown', page]);

  const { machine, versions, absent, rows } = JSON.parse(readFileSync(json, 'utf8')) as Report;
  expect(machine).toMatchObject({ cpu: expect.any(String), cores: positive, fdatasyncUs: positive });
  expect(versions).toEqual({ FerroHSM: expect.any(String), Node: process.versions.node, OpenSSL: expect.any(String) });
  expect(absent).toEqual([]);

  const sidesOf: Readonly<Record<string, readonly string[]>> = { 'no-op': ['durable'], p256: sides };
  const cells = ['no-op', 'p256', 'composite', 'hybrid-kem', 'aes-64k'].flatMap((operation) =>
    [1, 3].map((concurrency) => [operation, concurrency, sidesOf[operation] ?? ['in-process', 'durable']]),
  );
  expect(
    rows.map(({ operation, concurrency, results }) => [operation, concurrency, results.map(({ side }) => side)]),
  ).toEqual(cells);
  for (const result of rows.flatMap(({ results }) => results)) {
    expect(result.rounds).toHaveLength(2);
    expect(result.opsPerSecond).toBe(Math.max(...result.rounds.map(({ opsPerSecond }) => opsPerSecond)));
    expect(result.p50Us).toBeGreaterThan(0);
    expect(result.p99Us).toBeGreaterThanOrEqual(result.p50Us);
    expect(result.p999Us).toBeGreaterThanOrEqual(result.p99Us);
    expect(result.clientCpuUsPerOp).toBeGreaterThan(0);
    expect(result.serverCpuUsPerOp !== null).toBe(isLinux && result.side !== 'in-process');
  }
  expect(text).toContain('MLDSA65-Ed25519 sign');
  const written = readFileSync(page, 'utf8');
  expect(written).toMatch(/^before\n<!-- rates -->\n- .*\n<!-- \/rates -->\nafter\n$/s);
  expect(written).toContain('| MLDSA65-Ed25519 sign | 3 | FerroHSM, durable audit |');
});

test('a peer that is not installed is named and skipped', { timeout: timeoutMs }, () => {
  const program = ['--disable-warning=ExperimentalWarning', programOf('main.ts')];
  const words = ['--only', 'ed25519', '--sides', 'in-process,ssh-agent', '--concurrency', '1', '--round-ms', '1'];
  const { stdout, status } = spawnSync(process.execPath, [...program, ...words], {
    encoding: 'utf8',
    // Nothing is installed where nothing is; getconf and the like are not asked for.
    env: { ...process.env, PATH: folder },
  });
  expect(stdout).toContain('SKIPPED: ssh-agent: this machine has no ssh-agent (Debian: openssh-client)');
  expect(stdout).toContain('Ed25519 sign');
  expect(status).toBe(0);
});

test.each([
  [['--only', 'p265'], '--only p265: none of no-op, p256, '],
  [['--concurrency', '0'], '--concurrency 0: not a whole number from 1'],
  [['--rounds', 'many'], '--rounds many: not a whole number from 1'],
])('%j is refused before anything starts', (words, message) => {
  expect(() => run('main.ts', words)).toThrow(message);
});

test('a held operation with two approvals is timed from the request to the secret', () => {
  const text = run('approvals.ts', ['3']);
  const [, p50, p99] =
    /^request, two approvals and export .* median (\d+\.\d) ms, p99 (\d+\.\d) ms of 3$/m.exec(text) ?? [];
  expect(Number(p50)).toBeGreaterThan(0);
  expect(Number(p99)).toBeGreaterThanOrEqual(Number(p50));
});
