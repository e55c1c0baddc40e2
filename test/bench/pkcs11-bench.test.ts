import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasStockClient } from '../pkcs11/served-token.ts';
import { isInstalled } from './peers/installed.ts';
import type { TokenRow } from './pkcs11-contest.ts';

/** A sidecar and its front process have to start, and callers of both tokens one after the other. */
const timeoutMs = 180_000;

test.skipIf(process.platform !== 'linux' || !hasStockClient() || !isInstalled('cc'))(
  'a short run measures signatures through the stock client beside SoftHSM2',
  { timeout: timeoutMs },
  () => {
    const program = join(import.meta.dirname, 'pkcs11.ts');
    const options = ['--rounds', '2', '--round-ms', '50', '--concurrency', '1,2', '--json'];
    const words = ['--disable-warning=ExperimentalWarning', program, ...options];
    const { rows } = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8' })) as { rows: TokenRow[] };

    const operations = [...new Set(rows.map(({ operation }) => operation))];
    expect(operations).toEqual([
      'ECDSA P-256, raw',
      expect.stringMatching(/^ECDSA P-256, SHA-(1|256) beside raw$/),
      'RSA-2048 PKCS#1, SHA-256',
    ]);
    expect(rows.map(({ concurrency }) => concurrency)).toEqual([1, 2, 1, 2, 1, 2]);
    for (const { ferrohsm, softhsm, ratio } of rows) {
      expect(ratio).toBeGreaterThan(0);
      for (const { perSecond, p50Us } of [ferrohsm, softhsm]) {
        expect(perSecond).toBeGreaterThan(0);
        expect(p50Us).toBeGreaterThan(0);
      }
      expect(Object.keys(ferrohsm.cpuUsPerOp)).toEqual(['sidecar', 'front']);
      expect(Object.keys(softhsm.cpuUsPerOp)).toEqual(['server']);
    }
  },
);
