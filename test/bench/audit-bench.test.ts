import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AuditReport } from './audit-report.ts';

/** Two sidecars have to start from source. */
const timeoutMs = 180_000;

test.skipIf(process.platform !== 'linux')(
  'a short run measures the log against a sidecar without one',
  {
    timeout: timeoutMs,
  },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-bench-'));
    const json = join(folder, 'audit.json');
    try {
      const program = join(import.meta.dirname, 'audit.ts');
      const args = [
        '--disable-warning=ExperimentalWarning',
        program,
        '--round-ms',
        '5',
        '--rounds',
        '1',
        '--json',
        json,
      ];
      const text = execFileSync(process.execPath, args, { encoding: 'utf8' });
      const { rows, recordCost } = JSON.parse(readFileSync(json, 'utf8')) as AuditReport;

      const names = ['ECDSA P-256 sign', 'ML-DSA-65 sign'];
      const cells = names.flatMap((operation) =>
        ['named', 'session'].flatMap((scope) => [1, 64].map((concurrency) => ({ operation, scope, concurrency }))),
      );
      expect(rows.map(({ operation, scope, concurrency }) => ({ operation, scope, concurrency }))).toEqual(cells);
      for (const { on, off, ratio } of rows) {
        expect(ratio).toBeCloseTo(on.opsPerSecond / off.opsPerSecond);
        // Writing is what a sidecar without a log does not do.
        expect(on.cpuUsPerOp.pool).toBeGreaterThan(off.cpuUsPerOp.pool);
      }
      expect(recordCost.appendUs.log).toBeGreaterThan(0);
      expect(text).toContain('ML-DSA-65 sign, named key, 64 in flight: throughput taken');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
