import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesBelow } from '../end-to-end/live-sidecar.ts';
import { ServedSidecar } from '../faults/sidecar-process.ts';
import { afterKill, afterPowerCut, materialize } from './disk-image.ts';
import type { DiskHistory, DiskOperation } from './disk-operation.ts';
import { expectWhole, placesIn, startOn } from './found-state.ts';
import { ignoringSyncs } from './ignored-sync.ts';
import { type Fact, KeyLife } from './key-life.ts';
import { neglects } from './neglects.ts';
import { Office, principalsText, socketsIn } from './office.ts';
import { RecordedDisk } from './recorded-disk.ts';
import { chanceOf, drawn, failuresOf, seed } from './sample.ts';
import { hasStrace, type Recording, readRecording, tracing } from './traced-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-crash-'));
const lived = join(folder, 'lived');
let recording: Recording;
let facts: readonly Fact[];

const nothingSpared = () => 0;

/** @param sockets folder of them */
async function live(sockets: string): Promise<readonly Fact[]> {
  const office = await Office.open(sockets);
  const life = new KeyLife(office);
  await life.live();
  await office.close();
  return life.facts;
}

describe.skipIf(!hasStrace())('a sidecar in whose life everything happened once', () => {
  beforeAll(async () => {
    const { config, backups, run, ...places } = placesIn(lived);
    mkdirSync(config, { recursive: true, mode: 0o700 });
    writeFileSync(join(config, 'principals.json'), principalsText(), { mode: 0o600 });
    const disk = new RecordedDisk(lived);
    const trace = join(folder, 'trace');
    const sockets = socketsIn(run).flatMap(({ name, path }) => ['--socket', `${name}=${path}`]);
    const sidecar = new ServedSidecar({
      folders: { root: lived, config, ...places },
      arguments: ['--backup-folder', backups, ...sockets],
      under: tracing(trace),
    });
    try {
      await sidecar.listening;
      facts = await live(run);
      expect(await sidecar.stop()).toBe(0);
    } finally {
      await sidecar.kill();
    }
    recording = await readRecording(trace, disk);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Looks at what is on the disk then, starts a sidecar on it, and checks it. */
  async function expectRecovered(line: number, operations: readonly DiskOperation[]): Promise<void> {
    const root = mkdtempSync(join(folder, 'image-'));
    materialize(recording.disk, operations, root);
    await expectWhole(
      root,
      facts.filter(({ told }) => lineOf(told) < line),
    );
    rmSync(root, { recursive: true });
  }

  function certified(): string {
    return facts.find(({ told }) => told.startsWith('certified'))?.told ?? '';
  }

  function lineOf(told: string): number {
    const line = recording.toldAt(told);
    if (line === undefined) throw new Error(`nobody was told ${told}`);
    return line;
  }

  test('has left what the record of its steps leads to', () => {
    const root = join(folder, 'model');
    const { disk, steps } = recording;
    expect(steps.length).toBeGreaterThan(500);
    materialize(disk, afterKill(disk, Number.POSITIVE_INFINITY), root);
    const contents = (at: string) => new Map(filesBelow(at).map((file) => [file.slice(at.length), readFileSync(file)]));
    expect(contents(root)).toEqual(contents(lived));
  });

  test('is whole after kill -9 before any of its steps', { timeout: 1_800_000 }, async () => {
    const lines = drawn(recording.steps, chanceOf(seed));
    expect(await failuresOf(lines, (line) => expectRecovered(line, afterKill(recording.disk, line)))).toEqual([]);
  });

  test('is whole after the power went at any of its steps', { timeout: 1_800_000 }, async () => {
    const lines = drawn(recording.steps, chanceOf(seed + 1));
    const image = (line: number) => afterPowerCut(recording.disk, line, chanceOf(seed + line));
    expect(await failuresOf(lines, (line) => expectRecovered(line, image(line)))).toEqual([]);
  });

  describe('of which a power cut leaves only what was synced', () => {
    const expectKept = async (disk: DiskHistory, line: number) =>
      await expectRecovered(line, afterPowerCut(disk, line, nothingSpared));
    const afterCertificate = () => lineOf(certified()) + 1;

    test('is whole, and has erased what it certified', async () => {
      await expectKept(recording.disk, afterCertificate());
      await expectKept(recording.disk, Number.POSITIVE_INFINITY);
    });

    test.each(neglects)('is found out where it has not synced $what', async ({ isIgnored, found }) => {
      const disk = ignoringSyncs(recording.disk, isIgnored);
      await expect(expectKept(disk, afterCertificate())).rejects.toThrow(found);
    });
  });

  test('has made copies from before the destruction useless', async () => {
    const [before, after] = ['scheduled doomed', certified()].map((told) => {
      const root = mkdtempSync(join(folder, 'copy-'));
      materialize(recording.disk, afterKill(recording.disk, lineOf(told)), root);
      return root;
    }) as [string, string];
    const generations = join(placesIn(before).state, 'generations');
    rmSync(generations, { recursive: true });
    cpSync(join(placesIn(after).state, 'generations'), generations, { recursive: true });
    await expect(startOn(before)).rejects.toMatchObject({ code: 'keystore_corrupt' });
    // With its own secret, which is erased by now, the copy would open: that alone kept it from it.
    await expectWhole(after, []);
  });
});
