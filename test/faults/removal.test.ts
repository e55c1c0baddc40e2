import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@ferrohsm/sdk/node';
import { describe, expect, test } from 'vitest';
import { verifyLog } from '../../sdk/src/transparency/transparency.ts';
import { appendMany, entry, openLog, sourceOf, temporaryFolder } from '../../sidecar/src/audit/test-log.ts';
import { createFolders, discardFolders } from '../../tools/throw-away-sidecar.ts';
import { ServedSidecar } from './sidecar-process.ts';

const records = 300;
const checkpointIntervalMs = 200;
/** The log looks once a second; a loaded machine is slower. */
const limitMs = 5000;
/** Exit status for a log that cannot be used. */
const auditFailed = 74;

type Log = Awaited<ReturnType<typeof openLog>>;

/** A running log with full and growing tiles under its checkpoint. */
async function runningLog(folder: string): Promise<Log> {
  const log = await openLog(folder, { checkpointIntervalMs });
  await appendMany(log, 0, records);
  await log.checkpoint();
  return log;
}

/** Appends now and then until that is refused; answers the milliseconds, or undefined when it never was. */
async function refusedAfterMs(log: Log): Promise<number | undefined> {
  const startedMs = performance.now();
  for (let number = records; performance.now() - startedMs < limitMs; number += 1) {
    const refusal = await log.append(entry(number)).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refusal !== undefined) {
      expect(refusal).toMatchObject({ code: expect.stringMatching(/^audit_/) });
      return Math.round(performance.now() - startedMs);
    }
    await pause(20);
  }
  return undefined;
}

describe('removed while the log is open', () => {
  test.each([
    ['the file of the journal', 'journal/*'],
    ['the folder of the journal', 'journal'],
    ['all tiles', 'tile'],
    ['the whole log', '*'],
  ])('%s: no record is taken any more', async (what, pattern) => {
    using folder = temporaryFolder();
    const log = await runningLog(folder.path);
    for (const name of globSync(pattern, { cwd: folder.path })) rmSync(join(folder.path, name), { recursive: true });
    const afterMs = await refusedAfterMs(log);
    await log.close().catch(() => undefined);
    console.log(`removal: ${what}: refused after ${afterMs} ms`);
    expect(afterMs).toBeDefined();
  });

  test('the checkpoint: the next one takes its place', async () => {
    using folder = temporaryFolder();
    const log = await runningLog(folder.path);
    rmSync(join(folder.path, 'checkpoint'));
    await log.append(entry(records));
    await log.close();
    const report = await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys });
    expect(report).toMatchObject({ ok: true, size: records + 1 });
  });

  test.each(['tile/0/000', 'tile/entries/000'])('%s: the next verification says so', async (name) => {
    using folder = temporaryFolder();
    const log = await runningLog(folder.path);
    rmSync(join(folder.path, name));
    await log.close();
    const report = await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys });
    expect(report).toMatchObject({ ok: false, problems: [expect.stringContaining(name)] });
  });
});

test('a sidecar whose journal was removed stops, and says what to do', async () => {
  const folders = createFolders();
  const sidecar = new ServedSidecar({ folders });
  try {
    await sidecar.listening;
    await using hsm = await connect({ socket: folders.socket });
    await hsm.system.random(8);
    rmSync(join(folders.log, 'journal'), { recursive: true });
    expect(await Promise.race([sidecar.ended, pause(limitMs).then(() => 'still running')])).toBe(auditFailed);
    expect(sidecar.said).toMatch(/removed/);
    expect(sidecar.said).toMatch(/^ferrohsm: hint: /m);
  } finally {
    await sidecar.kill();
    discardFolders(folders);
  }
});
