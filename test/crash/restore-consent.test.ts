import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Approval } from '@ferrohsm/sdk/node';
import { planRestore, restoreBackup } from '@ferrohsm/sidecar';
import { describe, expect, test } from 'vitest';
import type { BackupWorld } from '../../sidecar/src/backups/test-backup-world.ts';
import { testFolder } from '../../sidecar/src/keystore/test-store.ts';
import { approver, consent, personRecord } from '../end-to-end/approvers.ts';
import { placesIn } from './found-state.ts';
import { atSteps, type BackedUp, backedUp, expectRestored, recordRestore, restoreOptions } from './recorded-restore.ts';
import { hasStrace } from './traced-process.ts';

/** Exit status. */
const approvalRequired = 8;

const [alice, bob] = [approver('alice'), approver('bob')];

/** Alice asks for restores, and uses the keys of what is restored; bob has to consent. */
async function govern({ keystore }: BackupWorld): Promise<void> {
  const credentials = [{ uid: process.geteuid?.() ?? 0 }];
  const records = [
    { ...personRecord(alice, ['Administrator', 'Operator']), credentials },
    personRecord(bob, ['Officer']),
  ];
  await keystore.documents.change((changes) => {
    for (const record of records) changes.put('principal', record.id, record);
  });
}

/** What bob signs. */
async function consented(backup: BackedUp): Promise<Approval> {
  const plan = { requester: 'alice', reason: 'the host burned down', isEmergency: false };
  const asked = await planRestore({ ...restoreOptions(testFolder(), backup), ...plan });
  const { jws: evidence } = consent(bob, asked);
  const vote = { person: 'bob', decision: 'approve', time: Date.now(), keyId: bob.keyId, evidence } as const;
  return { ...asked, votes: [vote] };
}

/** Whatever a crash left, it takes the place of nobody's consent. */
async function expectRefused(root: string, backup: BackedUp): Promise<void> {
  const { state } = placesIn(root);
  const refusal = { code: 'approval_required' };
  await expect(restoreBackup(restoreOptions(root, backup))).rejects.toMatchObject(refusal);
  expect(existsSync(state)).toBe(false);
  expect(readdirSync(root).filter((name) => name.endsWith('.restoring'))).toEqual([]);
}

describe.skipIf(!hasStrace())('a restore that is killed, or whose power goes, at any of its steps', () => {
  test('leaves neither keys nor a root key where consent is missing', { timeout: 1_800_000 }, async () => {
    const backup = await backedUp(govern);
    const recording = await recordRestore(testFolder(), backup, { status: approvalRequired });
    expect(recording.steps.length).toBeGreaterThan(2);

    await atSteps(recording, async (image) => {
      const { config, state } = placesIn(image);
      expect([state, config].filter((path) => existsSync(path))).toEqual([]);
      await expectRefused(image, backup);
      expect(existsSync(join(config, 'root.key'))).toBe(false);
    });
  });

  test('leaves nothing that needs no consent where it was given', { timeout: 1_800_000 }, async () => {
    const backup = await backedUp(govern);
    const approval = await consented(backup);
    const root = testFolder();
    const recording = await recordRestore(root, backup, { approval });
    expect(recording.steps.length).toBeGreaterThan(100);
    await expectRestored(root, backup);

    await atSteps(recording, async (image) => {
      if (!existsSync(placesIn(image).state)) {
        await expectRefused(image, backup);
        await restoreBackup(restoreOptions(image, backup, approval));
      }
      await expectRestored(image, backup);
    });
  });
});
