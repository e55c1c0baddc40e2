import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyLog } from '../../../sdk/src/transparency/transparency.ts';
import { chanceOf, countIn, drawn, seed } from '../../../test/crash/sample.ts';
import type { SidecarError } from '../errors.ts';
import { type LogFiles, nodeFiles } from './files.ts';
import { appendMany, entry, openLog, sourceOf, temporaryFolder } from './test-log.ts';

/** How many calls of a series go wrong. */
const strikes = countIn('FERROHSM_LOG_FAULTS', '40');

type Fault = 'fails' | 'writes half and fails' | 'writes half';

/** Lets call number `at` go wrong, every other one pass. */
function faultyFiles(at: number, fault: Fault): { files: LogFiles; calls: readonly (keyof LogFiles)[] } {
  const calls: (keyof LogFiles)[] = [];
  const error = () => Object.assign(new Error('no space'), { code: 'ENOSPC' });
  const half = (bytes: Buffer) => bytes.subarray(0, Math.ceil(bytes.length / 2));
  const files = new Proxy<LogFiles>(
    { ...nodeFiles },
    {
      get(target, name: keyof LogFiles) {
        const real = target[name] as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          calls.push(name);
          if (calls.length !== at) return real(...args);
          const [fd, bytes, position] = args;
          const isWrite = isWriting(name);
          const partial = isWrite && fault !== 'fails' ? real(fd, half(bytes as Buffer), position) : undefined;
          if (isWrite && fault === 'writes half') return partial;
          if (!isWrite && fault !== 'fails') return real(...args);
          if (name === 'writeSync') throw error();
          return Promise.resolve(partial).then(() => Promise.reject(error()));
        };
      },
    },
  );
  return { files, calls };
}

function isWriting(name: keyof LogFiles | undefined): boolean {
  return name === 'write' || name === 'writeSync';
}

interface Outcome {
  /** Number of each acknowledged record by its index. */
  readonly acknowledged: ReadonlyMap<number, number>;
  readonly refusals: readonly unknown[];
  readonly failures: readonly SidecarError[];
  /** The log had failed already, and yet the record behind that was acknowledged. */
  readonly isAcknowledgedAfterFailure: boolean;
}

/** Lone records, groups, checkpoints over partial and full tiles, several segments. */
async function work(folder: string, files: LogFiles): Promise<Outcome> {
  const acknowledged = new Map<number, number>();
  const refusals: unknown[] = [];
  const failures: SidecarError[] = [];
  const refused = (error: unknown) => void refusals.push(error);
  const log = await openLog(folder, { files, onFailure: (error) => failures.push(error) }).catch(refused);
  if (log === undefined) return { acknowledged, refusals, failures, isAcknowledgedAfterFailure: false };
  const append = async (number: number) => {
    const index = await log.append(entry(number));
    acknowledged.set(index, number);
  };
  for (const count of [1, 70, 1, 230]) {
    await Promise.all(Array.from({ length: count }, (_, i) => append(1000 + acknowledged.size + i).catch(refused)));
    await log.checkpoint().catch(refused);
  }
  const hasFailed = failures.length > 0;
  const acknowledgedBefore = acknowledged.size;
  await append(1).catch(refused);
  const isAcknowledgedAfterFailure = hasFailed && acknowledged.size > acknowledgedBefore;
  await log.close().catch(refused);
  return { acknowledged, refusals, failures, isAcknowledgedAfterFailure };
}

async function expectAllKept(folder: string, { acknowledged }: Outcome): Promise<void> {
  const log = await openLog(folder);
  const records = await log.records(0, log.size);
  for (const [index, number] of acknowledged) expect(records[index]?.record.details?.number).toBe(number);
  await log.checkpoint();
  expect(await verifyLog(sourceOf(folder), { keys: log.verifierKeys })).toMatchObject({ ok: true, size: log.size });
  await log.close();
}

/** A log as a crash leaves it: a published part and a tail in the journal. */
async function crashedLog(folder: string): Promise<string> {
  const log = await openLog(join(folder, 'running'));
  await appendMany(log, 0, 250);
  await log.checkpoint();
  await appendMany(log, 250, 20);
  cpSync(join(folder, 'running'), join(folder, 'crashed'), { recursive: true });
  await log.close();
  return join(folder, 'crashed');
}

/** The calls that the work makes when nothing fails. */
async function listCalls(template: string | undefined): Promise<readonly (keyof LogFiles)[]> {
  using folder = temporaryFolder();
  const path = join(folder.path, 'log');
  if (template !== undefined) cpSync(template, path, { recursive: true });
  const { files, calls } = faultyFiles(0, 'fails');
  expect((await work(path, files)).refusals).toEqual([]);
  expect(calls.length).toBeGreaterThan(100);
  return calls;
}

/**
 * Some of the calls, evenly drawn; `npm run test:crash` strikes all. Four at a time: most of it is waiting for the disk.
 *
 * @throws Error that names the seed
 */
async function strikeEach(template: string | undefined, numbers: readonly number[], fault: Fault): Promise<void> {
  const queue = drawn(numbers, chanceOf(seed), strikes).values();
  const lane = async () => {
    for (const at of queue) {
      await strike(template, at, fault).catch((cause: unknown) => {
        throw new Error(`FERROHSM_CRASH_SEED=${seed}, call ${at}`, { cause });
      });
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

async function strike(template: string | undefined, at: number, fault: Fault): Promise<void> {
  using folder = temporaryFolder();
  const path = join(folder.path, 'log');
  if (template !== undefined) cpSync(template, path, { recursive: true });
  const { files, calls } = faultyFiles(at, fault);
  const outcome = await work(path, files);
  expect(outcome.isAcknowledgedAfterFailure).toBe(false);
  const name = calls[at - 1];
  if (name !== undefined && (fault === 'fails' || (isWriting(name) && fault !== 'writes half'))) {
    expect(outcome.refusals, `call ${at}, ${name}, failed and nobody was told`).not.toEqual([]);
    for (const refusal of outcome.refusals) expect(refusal).toMatchObject({ code: 'audit_unavailable' });
    expect(outcome.failures.length).toBeLessThanOrEqual(1);
  } else {
    expect(outcome.refusals).toEqual([]);
    expect(outcome.acknowledged.size).toBe(303);
  }
  await expectAllKept(path, outcome);
}

test.each([
  ['a new log', async () => undefined],
  ['a log that crashed', crashedLog],
] as const)(
  '%s loses no acknowledged record, whichever file function fails once',
  async (_, prepare) => {
    using folder = temporaryFolder();
    const template = await prepare(folder.path);
    const calls = await listCalls(template);
    await strikeEach(
      template,
      calls.map((_name, i) => i + 1),
      'fails',
    );
  },
  300_000,
);

test.each(['writes half', 'writes half and fails'] as const)(
  'a write that %s loses no acknowledged record',
  async (fault) => {
    const calls = await listCalls(undefined);
    const writes = calls.map((name, i) => (isWriting(name) ? i + 1 : 0)).filter((at) => at > 0);
    await strikeEach(undefined, writes, fault);
  },
  300_000,
);

test('after a failed sync nothing is acknowledged any more, although the next sync would say ok', async () => {
  using folder = temporaryFolder();
  let isFailing = false;
  const files: LogFiles = {
    ...nodeFiles,
    sync: (fd) => (isFailing ? Promise.reject(Object.assign(new Error('gone'), { code: 'EIO' })) : nodeFiles.sync(fd)),
  };
  const failures: SidecarError[] = [];
  const log = await openLog(folder.path, { files, onFailure: (error) => failures.push(error) });
  await appendMany(log, 0, 5);
  isFailing = true;
  await expect(log.checkpoint()).rejects.toMatchObject({ code: 'audit_unavailable' });
  isFailing = false;
  await expect(log.append(entry(5))).rejects.toMatchObject({ code: 'audit_unavailable' });
  await expect(log.checkpoint()).rejects.toMatchObject({ code: 'audit_unavailable' });
  expect(failures).toHaveLength(1);
  await log.close();
  const again = await openLog(folder.path);
  expect(again.size).toBe(5);
  await again.close();
});
