import { existsSync, readdirSync } from 'node:fs';
import { restoreBackup } from '@ferrohsm/sidecar';
import { expect, test } from 'vitest';
import { testFolder } from '../../sidecar/src/keystore/test-store.ts';
import { placesIn } from './found-state.ts';
import { atSteps, backedUp, expectRestored, recordRestore, restoreOptions } from './recorded-restore.ts';
import { hasStrace } from './traced-process.ts';

test.skipIf(!hasStrace())(
  'a restore that is killed, or whose power goes, at any of its steps leaves nothing or everything, and works again',
  { timeout: 1_800_000 },
  async () => {
    // Nobody in it has an approval key: it is restored without consent.
    const backup = await backedUp();
    const root = testFolder();
    const recording = await recordRestore(root, backup);
    expect(recording.steps.length).toBeGreaterThan(100);
    await expectRestored(root, backup);

    await atSteps(recording, async (image) => {
      if (!existsSync(placesIn(image).state)) await restoreBackup(restoreOptions(image, backup));
      expect(readdirSync(image).filter((name) => name.endsWith('.restoring'))).toEqual([]);
      await expectRestored(image, backup);
    });
  },
);
