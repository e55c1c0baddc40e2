import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolders, discardFolders, type SidecarFolders } from '../../tools/throw-away-sidecar.ts';
import { Office, principalsText, socketsIn } from '../crash/office.ts';
import { writeConfig } from '../end-to-end/live-sidecar.ts';
import { fillFolder } from './filled-disk.ts';
import { canMount } from './needed-tools.ts';
import { ServedSidecar } from './sidecar-process.ts';

const isAllowed = canMount();

let folders: SidecarFolders;
let generations: string;
let sidecar: ServedSidecar;
beforeEach(async () => {
  folders = createFolders();
  generations = join(folders.state, 'generations');
  mkdirSync(generations, { recursive: true, mode: 0o700 });
  if (isAllowed) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', generations]);
});
afterEach(async () => {
  await sidecar?.kill();
  if (isAllowed) execFileSync('umount', [generations]);
  discardFolders(folders);
});

test.skipIf(!isAllowed)(
  'no room for the secret of the next generation: turnovers are refused, everything else goes on, and space ends what waits',
  async () => {
    writeConfig(folders, 'principals.json', principalsText());
    const run = join(folders.root, 'run');
    const sockets = socketsIn(run).flatMap(({ name, path }) => ['--socket', `${name}=${path}`]);
    sidecar = new ServedSidecar({ folders, arguments: sockets });
    await sidecar.listening;
    const office = await Office.open(run);
    const key = { algorithm: { name: 'Ed25519' }, usages: ['sign', 'verify'] };
    await office.change('olga', 'keys.create', { name: 'doomed', ...key });
    await office.change('olga', 'keys.deactivate', { name: 'doomed' });
    const filler = fillFolder(generations);

    await expect(office.agreed('ada', 'olga', 'keystore.rotate', {})).rejects.toThrow('keystore_unavailable');
    await office.agreed('olga', 'otto', 'keys.destroy', { name: 'doomed', windowSeconds: 0 });
    await expect.poll(() => sidecar.said, { timeout: 15_000 }).toContain('upkeep of destructions: the keystore cannot');
    const made = await office.change('olga', 'keys.create', { name: 'other', ...key });
    expect(made).toMatchObject({ record: { name: 'other' } });

    rmSync(filler);
    const destruction = async () => (await office.record('doomed')).versions[0].destruction;
    await expect.poll(destruction, { timeout: 30_000 }).toMatchObject({ generation: 1 });
    expect(readdirSync(generations)).toEqual(['generation-2.secret']);
    await office.result('ada', 'keystore.verify');
    await office.close();
    expect(await sidecar.stop()).toBe(0);
  },
  90_000,
);
