import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { verifyLog } from '../../../sdk/src/transparency/transparency.ts';
import type { SidecarError } from '../errors.ts';
import { type LogFiles, nodeFiles } from './files.ts';
import { entry, openLog, sourceOf, temporaryFolder } from './test-log.ts';

const audit_unavailable = expect.objectContaining({ code: 'audit_unavailable' });

/** The real file system, of which one function waits while it is held. */
class HeldFiles {
  readonly files: LogFiles;
  /** Writes on the thread that answers. */
  syncWrites = 0;
  #gate: PromiseWithResolvers<void> | undefined;
  #reached = Promise.withResolvers<void>();

  constructor(name: 'write' | 'rename') {
    this.files = {
      ...nodeFiles,
      [name]: async (...args: never[]) => {
        if (this.#gate !== undefined) this.#reached.resolve();
        await this.#gate?.promise;
        return (nodeFiles[name] as (...args: never[]) => Promise<unknown>)(...args);
      },
      writeSync: (...args) => {
        this.syncWrites += 1;
        return nodeFiles.writeSync(...args);
      },
    };
  }

  /** From now on nothing gets past; resolves when something waits there. */
  hold(): Promise<void> {
    this.#gate = Promise.withResolvers();
    this.#reached = Promise.withResolvers();
    return this.#reached.promise;
  }

  /** @param error what becomes of the calls that wait */
  release(error?: Error): void {
    if (error === undefined) this.#gate?.resolve();
    else this.#gate?.reject(error);
    this.#gate = undefined;
  }
}

/** Enough turns of the event loop for everything that does not wait for the disk. */
async function turns(): Promise<void> {
  for (let i = 0; i < 50; i += 1) await turn();
}

test('an enqueued record is answered before it is durable, an appended one behind it is not', async () => {
  using folder = temporaryFolder();
  const disk = new HeldFiles('write');
  const log = await openLog(folder.path, { files: disk.files });
  const isHeld = disk.hold();
  await log.enqueue(entry(0));
  await isHeld;
  let isAppended = false;
  const appended = log.append(entry(1)).finally(() => {
    isAppended = true;
  });
  await log.enqueue(entry(2));
  await turns();
  expect([log.size, isAppended]).toEqual([0, false]);
  disk.release();
  expect(await appended).toBe(1);
  expect(await log.append(entry(3))).toBe(3);
  const records = await log.records(0, 10);
  expect(records.map(({ record }) => record.details?.number)).toEqual([0, 1, 2, 3]);
  await log.close();
});

test('a lone record that nobody waits for is not written by the thread that answers', async () => {
  using folder = temporaryFolder();
  const disk = new HeldFiles('write');
  const log = await openLog(folder.path, { files: disk.files });
  await log.enqueue(entry(0));
  await log.checkpoint();
  await expect.poll(() => log.size).toBe(1);
  expect(disk.syncWrites).toBe(0);
  await log.close();
});

test('a failure behind the answer is heard once, breaks nothing else and ends the log', async () => {
  using folder = temporaryFolder();
  const disk = new HeldFiles('write');
  const failures: SidecarError[] = [];
  const log = await openLog(folder.path, { files: disk.files, onFailure: (error) => failures.push(error) });
  const isHeld = disk.hold();
  await log.enqueue(entry(0));
  await isHeld;
  await log.enqueue(entry(1));
  const appended = log.append(entry(2));
  disk.release(Object.assign(new Error('gone'), { code: 'EIO' }));
  await expect(appended).rejects.toEqual(audit_unavailable);
  await expect(log.enqueue(entry(3))).rejects.toEqual(audit_unavailable);
  expect(failures).toEqual([audit_unavailable]);
  await log.close();
  const again = await openLog(folder.path);
  expect(again.size).toBe(0);
  await again.close();
});

test('an orderly close writes what was enqueued, and nothing is taken after it', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  for (let i = 0; i < 300; i += 1) await log.enqueue(entry(i));
  const closing = log.close();
  await expect(log.enqueue(entry(300))).rejects.toEqual(audit_unavailable);
  await closing;
  expect(await verifyLog(sourceOf(folder.path), { keys: log.verifierKeys })).toMatchObject({ ok: true, size: 300 });
});

test('an entry that is too big is refused at once', async () => {
  using folder = temporaryFolder();
  const log = await openLog(folder.path);
  await expect(log.enqueue(bigEntry(65_536))).rejects.toMatchObject({ code: 'data_invalid' });
  await log.close();
});

test('while the disk is held up, no more than a block and a mebibyte are taken without waiting', async () => {
  using folder = temporaryFolder();
  const disk = new HeldFiles('write');
  const log = await openLog(folder.path, { files: disk.files });
  const isHeld = disk.hold();
  await log.enqueue(entry(0));
  await isHeld;
  let taken = 0;
  const enqueued = Array.from({ length: 60 }, async () => {
    await log.enqueue(bigEntry(60_000));
    taken += 1;
  });
  await turns();
  expect(taken).toBeGreaterThan(10);
  expect(taken * 60_000).toBeLessThan((1 << 20) + 2 * 65_536);
  disk.release();
  await Promise.all(enqueued);
  expect(await log.append(entry(61))).toBe(61);
  await log.close();
});

test('while checkpoints are held up, no more than 64 mebibytes are taken', async () => {
  using folder = temporaryFolder();
  const disk = new HeldFiles('rename');
  const log = await openLog(folder.path, { files: disk.files, segmentBytes: 4 << 20 });
  const isHeld = disk.hold();
  const count = Math.ceil((64 << 20) / 60_000);
  for (let i = 0; i < count; i += 8) {
    await Promise.all(Array.from({ length: 8 }, () => log.enqueue(bigEntry(60_000))));
    await log.append(entry(i));
  }
  await isHeld;
  let isTaken = false;
  const enqueued = log.enqueue(entry(0)).then(() => {
    isTaken = true;
  });
  await turns();
  expect(isTaken).toBe(false);
  disk.release();
  await enqueued;
  await log.close();
});

function bigEntry(bytes: number) {
  return { ...entry(0), resource: 'x'.repeat(bytes) };
}
