import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Report } from './report.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-bench-'));
const positive = expect.any(Number);

afterAll(() => rmSync(folder, { recursive: true }));

test('a short run prints a line for each row and writes the figures as JSON', () => {
  const json = join(folder, 'bench.json');
  const main = join(import.meta.dirname, 'main.ts');
  const args = ['--disable-warning=ExperimentalWarning', main, '--quick', '--round-ms', '2', '--json', json];
  const text = execFileSync(process.execPath, args, { encoding: 'utf8' });

  const { machine, versions, startUp, addedLatency, rows } = JSON.parse(readFileSync(json, 'utf8')) as Report;
  expect(machine).toMatchObject({ cpu: expect.any(String), cores: positive, fdatasyncUs: positive });
  expect(versions).toEqual({ ferrohsm: expect.any(String), node: process.versions.node, openssl: expect.any(String) });
  expect(startUp).toEqual({ firstSignatureMs: positive, idleResidentBytes: positive });

  const { inProcessUs, bufferedUs, bufferedAddedUs, durableUs, durableAddedUs } = addedLatency;
  expect(Math.min(inProcessUs, bufferedUs, durableUs)).toBeGreaterThan(0);
  expect([bufferedAddedUs, durableAddedUs]).toEqual([bufferedUs - inProcessUs, durableUs - inProcessUs]);
  expect(text).toContain(`buffered ${Math.round(bufferedUs).toLocaleString('en')} us`);

  const names = ['ECDSA P-256 sign', 'ML-DSA-65 sign', 'ML-KEM-768 decapsulate', 'AES-256-GCM encrypt 1 KiB'];
  const cells = names.flatMap((operation) => [1, 8, 64].map((concurrency) => ({ operation, concurrency })));
  expect(rows.map(({ operation, concurrency }) => ({ operation, concurrency }))).toEqual(cells);
  for (const row of rows) {
    expect(row).toMatchObject({ audit: 'durable', peer: expect.stringContaining('node:crypto') });
    const { opsPerSecond, p50Us, p99Us, peerOpsPerSecond, ratio } = row;
    expect(Math.min(opsPerSecond, p50Us, peerOpsPerSecond)).toBeGreaterThan(0);
    expect(p99Us).toBeGreaterThanOrEqual(p50Us);
    expect(ratio).toBeCloseTo(opsPerSecond / peerOpsPerSecond);
    expect(text).toContain(row.operation);
  }
});

test('a held operation with two approvals is timed from the request to the secret', () => {
  const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'approvals.ts'), '3'];
  const text = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const [, p50, p99] =
    /^request, two approvals and export .* median (\d+\.\d) ms, p99 (\d+\.\d) ms of 3$/m.exec(text) ?? [];
  expect(Number(p50)).toBeGreaterThan(0);
  expect(Number(p99)).toBeGreaterThanOrEqual(Number(p50));
});
