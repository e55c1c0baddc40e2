import { onTestFinished, vi } from 'vitest';
import { parseLogPolicy } from './log-policy.ts';
import { type NoteKey, noteKey, verifiers } from './test-keys.ts';
import { origin, TestLog } from './test-log.ts';
import { startWitness, type TestWitness } from './test-witness.ts';
import { createWitnesses, type WitnessAlarm, type WitnessesOptions } from './witnesses.ts';

export const startTime = Date.UTC(2026, 10, 28);

interface Cosigned {
  readonly lines: readonly string[];
  readonly size: number;
}

/** One name for each key; witnesses that share a URL share a server. */
export function policyOf(threshold: number, servers: readonly { url: string; keys: readonly NoteKey[] }[]) {
  const named = servers.flatMap(({ url, keys }) => keys.map(({ vkey }) => ({ vkey, url })));
  const lines = named.map(({ vkey, url }, i) => `witness w${i} ${vkey} ${url}\n`).join('');
  return parseLogPolicy(`${lines}group g ${threshold} ${named.map((_, i) => `w${i}`).join(' ')}\nquorum g\n`);
}

/** Witnesses as the sidecar makes them, but in haste, and what they told. */
export function watch(log: TestLog, policy: WitnessesOptions['policy'], change: Partial<WitnessesOptions> = {}) {
  const cosigned: Cosigned[] = [];
  const alarms: WitnessAlarm[] = [];
  const recovered: WitnessAlarm[] = [];
  const witnesses = createWitnesses({
    policy,
    origin,
    verify: verifiers,
    proof: log.proof,
    onCosigned: (lines, size) => cosigned.push({ lines, size }),
    onAlarm: (alarm) => alarms.push(alarm),
    onRecovered: (alarm) => recovered.push(alarm),
    now: () => startTime,
    spacingMs: 0,
    graceMs: 60_000,
    timeoutMs: 2_000,
    backOff: { firstMs: 20, longestMs: 100 },
    ...change,
  });
  onTestFinished(() => witnesses.close());
  const submit = (of = log) => witnesses.submit(of.checkpoint(), of.size);
  return { witnesses, submit, cosigned, alarms, recovered };
}

export const within = (timeoutMs: number) => AbortSignal.timeout(timeoutMs);
export const eventually = (check: () => void) => vi.waitFor(check, { timeout: 20_000 });

/** A log and three witnesses that know it; the second signs with ML-DSA-44. */
export async function three(): Promise<{
  readonly log: TestLog;
  readonly servers: readonly [TestWitness, TestWitness, TestWitness];
}> {
  const log = new TestLog().grow(3);
  const start = (name: string, type: number) => startWitness(log, [noteKey(name, type)]);
  return { log, servers: await Promise.all([start('a.example', 4), start('b.example', 6), start('c.example', 4)]) };
}
