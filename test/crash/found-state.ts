import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AuditRecord, type Backup, type KeyRecord, verifyLog } from '@ferrohsm/sdk/node';
import { type RunningSidecar, startSidecar } from '@ferrohsm/sidecar';
import { expect } from 'vitest';
import { sourceOf } from '../end-to-end/live-sidecar.ts';
import { recordsFrom } from '../faults/log-reader.ts';
import type { Fact } from './key-life.ts';
import { Office, socketsIn } from './office.ts';

/** Folders of a sidecar below one root. */
export function placesIn(root: string) {
  const at = (name: string) => join(root, name);
  return {
    state: at('state'),
    config: at('config'),
    backups: at('backups'),
    run: at('run'),
    socket: at('run/hsm.sock'),
    log: at('state/log'),
    generations: at('state/generations'),
  };
}

const settledWithinMs = 60_000;

/** A sidecar in this process on the folders below a root. */
export function startOn(root: string, onError: (error: unknown) => void = () => undefined): Promise<RunningSidecar> {
  const { state, config, backups, run } = placesIn(root);
  return startSidecar({
    stateFolder: state,
    configFolder: config,
    backupFolder: backups,
    sockets: socketsIn(run),
    rootKey: { kind: 'key-file', path: join(config, 'root.key') },
    onError,
    onStorageFailure: onError,
  });
}

/**
 * Looks at what a crash left, starts a sidecar on it, lets it end what was under way, and checks that it is whole: store and
 * log verify, every intent is closed, each backup that it knows is there and no other file, one generation secret is left,
 * and whatever was told before the crash is so.
 */
export async function expectWhole(root: string, facts: readonly Fact[]): Promise<void> {
  const { backups, run, log, generations } = placesIn(root);
  for (const { isLeft } of facts) isLeft({ generations });
  const errors: unknown[] = [];
  const sidecar = await startOn(root, (error) => errors.push(error));
  const office = await Office.open(run);
  try {
    await expectSettled(office, generations);
    await office.result('ada', 'keystore.verify');
    for (const { holds } of facts) await holds({ office, backupFolder: backups });
    await expectKnown(office, backups);
  } finally {
    await office.close();
    await sidecar.close();
  }
  expect(errors).toEqual([]);
  expect(await verifyLog(sourceOf(log), { keys: office.logKeys })).toMatchObject({ ok: true, problems: [] });
  expectClosed(log);
}

/** Turnovers and destructions that were begun have come to their ends. */
async function expectSettled(office: Office, generations: string): Promise<void> {
  for (const endMs = Date.now() + settledWithinMs; ; await pause(50)) {
    const { records } = await office.result('olga', 'keys.list');
    const isWaiting = (records as readonly KeyRecord[]).some(({ versions }) =>
      versions.some(
        ({ state, destruction }) =>
          state === 'pending-destruction' || (state === 'destroyed' && destruction === undefined),
      ),
    );
    const secrets = readdirSync(generations);
    if (!isWaiting && secrets.length === 1 && secrets[0]?.endsWith('.secret')) return;
    if (Date.now() > endMs) throw new Error(`still under way: ${secrets.join(', ')}`);
  }
}

async function expectKnown(office: Office, folder: string): Promise<void> {
  const { backups } = await office.result('ada', 'backup.list');
  const files = existsSync(folder) ? readdirSync(folder) : [];
  expect(files.sort()).toEqual((backups as Backup[]).map(({ file }) => file).sort());
}

/** Each intent has its one result, and a destruction one record for each attempt at its certificate that was cut off, and one more. */
function expectClosed(log: string): void {
  const records = recordsFrom(log, 0);
  const results = new Map<string, number>();
  for (const { phase, id = '' } of records) if (phase === 'result') results.set(id, (results.get(id) ?? 0) + 1);
  const intents = records.filter(({ phase }) => phase === 'intent');
  expect(intents.filter(({ id = '' }) => results.get(id) !== 1)).toEqual([]);
  const certified = records.filter(({ operation, outcome }) => operation === 'key.destruction' && outcome === 'ok');
  const isCutOff = ({ operation, error }: AuditRecord) => operation === 'key.certify' && error === 'outcome_unknown';
  expect(certified.length).toBeLessThanOrEqual(1 + records.filter(isCutOff).length);
}
