import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, expect, test } from 'vitest';
import { createFolders, discardFolders } from '../../tools/throw-away-sidecar.ts';
import { verifyFolder } from '../end-to-end/live-sidecar.ts';
import { recordsFrom } from './log-reader.ts';
import { faketimeLibrary } from './needed-tools.ts';
import { ServedSidecar } from './sidecar-process.ts';

const library = faketimeLibrary();
const hourMs = 3_600_000;
/** Steps that were set are seen at the next record; what a loaded machine adds. */
const toleranceMs = 60_000;

const folders = createFolders();
const offsetFile = join(folders.root, 'clock');
afterAll(() => discardFolders(folders));

/** Sets the clock of the sidecar, that of the day alone. */
function setClock(offset: string): void {
  writeFileSync(offsetFile, `${offset}\n`);
}

async function use(hsm: FerroHsm): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await hsm.system.random(8);
}

test.skipIf(library === undefined)(
  'the time of the log never goes back, and each step of the clock is in it',
  async () => {
    writeFileSync(offsetFile, '+0\n');
    const environment = {
      LD_PRELOAD: library as string,
      FAKETIME_TIMESTAMP_FILE: offsetFile,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const sidecar = new ServedSidecar({ folders, environment });
    await sidecar.listening;
    const hsm = await connect({ socket: folders.socket });
    const { keys } = hsm.hello.log;
    await use(hsm);
    for (const offset of ['-1h', '+1h', '+0']) {
      setClock(offset);
      await use(hsm);
    }
    await hsm.close();
    expect(await sidecar.stop()).toBe(0);

    const records = recordsFrom(folders.log, 0);
    const times = records.map(({ time }) => time);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
    expect(records.filter(({ operation }) => operation === 'system.random')).toHaveLength(20);
    expect(await verifyFolder(folders.log, keys)).toMatchObject({ ok: true, problems: [] });

    const steps = records.filter(({ operation }) => operation === 'clock.step');
    const changes = steps.map(({ details }) => Number(details?.changeMs));
    console.log(
      `clock: steps of ${changes.join(', ')} ms recorded, no time before an earlier one in ${records.length} records`,
    );
    expect(changes).toHaveLength(3);
    for (const [number, expected] of [-hourMs, 2 * hourMs, -hourMs].entries()) {
      expect(Math.abs((changes[number] as number) - expected)).toBeLessThan(toleranceMs);
    }
  },
);
