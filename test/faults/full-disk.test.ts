import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@ferrohsm/sdk/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolders, discardFolders, type SidecarFolders } from '../../tools/throw-away-sidecar.ts';
import { verifyFolder } from '../end-to-end/live-sidecar.ts';
import { Acknowledged } from './acknowledged.ts';
import { BusyClient, createSigningKey, type SigningKey } from './busy-client.ts';
import { fillFolder } from './filled-disk.ts';
import { canMount } from './needed-tools.ts';
import { ServedSidecar } from './sidecar-process.ts';

const isAllowed = canMount();
const diskSize = '32m';
const clients = 2;
const inFlight = 8;
const limitMs = 30_000;
/** What a client may be told before the log stops the sidecar; the keystore's own writes fail with the second. */
const codesOfFullDisk = ['audit_unavailable', 'keystore_unavailable'];
/** Exit status for a log that cannot be written. */
const auditFailed = 74;

let folders: SidecarFolders;
let sidecar: ServedSidecar;
beforeEach(() => {
  folders = createFolders();
  mkdirSync(folders.state, { mode: 0o700 });
  if (isAllowed) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${diskSize},mode=0700`, 'tmpfs', folders.state]);
});
afterEach(async () => {
  await sidecar?.kill();
  if (isAllowed) execFileSync('umount', [folders.state]);
  discardFolders(folders);
});

async function start(): Promise<void> {
  sidecar = new ServedSidecar({ folders });
  await sidecar.listening;
}

interface Work {
  /** Codes of what was refused. */
  readonly refusals: ReadonlySet<string>;
  readonly status: number | null | 'still running';
}

/** Works until the sidecar ends or so many answers came. */
async function work(key: SigningKey, told: Acknowledged, onAnswer: (answers: number) => void): Promise<Work> {
  const refusals = new Set<string>();
  let answers = 0;
  const take = (refusal: string | undefined) => {
    answers += 1;
    if (refusal !== undefined) refusals.add(refusal);
    onAnswer(answers);
  };
  const busy = await Promise.all(Array.from({ length: clients }, () => BusyClient.open(folders.socket, key, told)));
  const ends = Promise.all(busy.map((client) => client.work(inFlight, take)));
  const status = await Promise.race([sidecar.ended, pause(limitMs, 'still running' as const)]);
  for (const client of busy) await client.close();
  await ends;
  return { refusals, status };
}

test.skipIf(!isAllowed)(
  'a full disk: nothing is answered without a record, and space makes it go on',
  async () => {
    await start();
    const told = new Acknowledged();
    const key = await createSigningKey(folders.socket, 'full/signing');
    const hsm = await connect({ socket: folders.socket });
    const { keys } = hsm.hello.log;
    await hsm.close();

    let filler = '';
    const { refusals, status } = await work(key, told, (answers) => {
      if (answers === 100) filler = fillFolder(folders.state);
    });
    console.log(
      `full disk: exit status ${status}, refused with ${[...refusals].join(', ') || 'nothing'}, ${told.signatures} signatures and ${told.keys} keys acknowledged; ${sidecar.said.trim().split('\n').slice(-2).join('; ')}`,
    );
    expect(codesOfFullDisk).toEqual(expect.arrayContaining([...refusals]));
    expect(status).toBe(auditFailed);

    const refused = new ServedSidecar({ folders });
    console.log(
      `full disk: a start on it ends with ${await refused.ended}: ${refused.said.trim().split('\n').slice(-2).join('; ')}`,
    );
    expect(await refused.ended).toBeGreaterThan(0);

    rmSync(filler);
    await start();
    const before = told.signatures;
    await work(key, told, (answers) => {
      if (answers === 100) sidecar.child.kill('SIGTERM');
    });
    expect(told.signatures).toBeGreaterThan(before);
    told.readLog(folders.log);
    told.expectComplete();
    expect(await verifyFolder(folders.log, keys)).toMatchObject({ ok: true, problems: [] });
  },
  180_000,
);
