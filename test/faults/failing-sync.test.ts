import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from '@ferrohsm/sdk/node';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFolders, discardFolders, type SidecarFolders } from '../../tools/throw-away-sidecar.ts';
import { verifyFolder } from '../end-to-end/live-sidecar.ts';
import { hasGo, verifyLogWithGo } from '../go/verify-with-go.ts';
import { Acknowledged } from './acknowledged.ts';
import { BusyClient, createSigningKey } from './busy-client.ts';
import { hasFiu } from './needed-tools.ts';
import { ServedSidecar } from './sidecar-process.ts';

const canInject = hasFiu();
const clients = 2;
const inFlight = 8;
/** Answers before anything fails. */
const goodAnswers = 150;
const endMs = 30_000;

let folders: SidecarFolders;
let sidecar: ServedSidecar;
beforeEach(() => {
  folders = createFolders();
});
afterEach(async () => {
  await sidecar.kill();
  discardFolders(folders);
});

interface Course {
  readonly told: Acknowledged;
  readonly keys: readonly string[];
  /** Codes of the requests that were refused. */
  readonly refusals: ReadonlySet<string>;
  /** Exit status, or that it went on. */
  readonly status: number | null | 'still running';
}

/** Works until it ends, or for so long, with a sidecar whose system calls begin to fail under its load. */
async function workUnder(fault: string, limitMs: number): Promise<Course> {
  const control = join(folders.root, 'fiu');
  sidecar = new ServedSidecar({ folders, under: ['fiu-run', '-x', '-f', control] });
  await sidecar.listening;
  const told = new Acknowledged();
  const key = await createSigningKey(folders.socket, 'fault/signing');
  const keys = await logKeys();
  const refusals = new Set<string>();
  let answers = 0;
  const onAnswer = (refusal: string | undefined) => {
    answers += 1;
    if (refusal !== undefined) refusals.add(refusal);
    if (answers === goodAnswers) execFileSync('fiu-ctrl', ['-f', control, '-c', fault, String(sidecar.child.pid)]);
  };
  const busy = await Promise.all(Array.from({ length: clients }, () => BusyClient.open(folders.socket, key, told)));
  const work = Promise.all(busy.map((client) => client.work(inFlight, onAnswer)));
  const status = await Promise.race([sidecar.ended, pause(limitMs, 'still running' as const)]);
  for (const client of busy) await client.close();
  await work;
  expect(answers).toBeGreaterThan(goodAnswers);
  return { told, keys, refusals, status };
}

async function logKeys(): Promise<readonly string[]> {
  await using hsm = await connect({ socket: folders.socket });
  return hsm.hello.log.keys;
}

/** The next start finds a record of everything that was answered. */
async function expectRecovered({ told, keys }: Course): Promise<void> {
  sidecar = new ServedSidecar({ folders });
  await sidecar.listening;
  expect(await sidecar.stop()).toBe(0);
  told.readLog(folders.log);
  told.expectComplete();
  expect(await verifyFolder(folders.log, keys)).toMatchObject({ ok: true, problems: [] });
  if (hasGo) expect(await verifyLogWithGo(folders.log, keys)).toMatchObject({ ok: true });
}

test.skipIf(!canInject).each([
  ['every sync', 'enable name=posix/io/sync/*'],
  ['one sync in ten', 'enable_random name=posix/io/sync/*,probability=0.1'],
  ['one write in twenty', 'enable_random name=posix/io/rw/pwrite*,probability=0.05'],
])(
  '%s fails: nothing is answered without a record, the sidecar stops, the next start is fine',
  async (what, fault) => {
    const course = await workUnder(fault, endMs);
    const { told, refusals, status } = course;
    console.log(
      `failing disk: ${what}: exit status ${status}, refused with ${[...refusals].join(', ') || 'nothing'}, ${told.signatures} signatures and ${told.keys} keys acknowledged`,
    );
    expect(status).toBe(74);
    await expectRecovered(course);
  },
  120_000,
);

test.skipIf(!canInject)(
  'writes that take only a part of the bytes are completed',
  async () => {
    const course = await workUnder('enable_random name=posix/io/rw/pwrite/reduce,probability=0.3', 2000);
    const { told, refusals, status } = course;
    console.log(
      `failing disk: short writes: ${told.signatures} signatures and ${told.keys} keys acknowledged, none refused`,
    );
    expect({ status, refusals: [...refusals] }).toEqual({ status: 'still running', refusals: [] });
    await sidecar.kill();
    await expectRecovered(course);
  },
  120_000,
);
