import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import {
  createFolders,
  discardFolders,
  type SidecarFolders,
  type StartOptions,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';
import { sourceProgram, withoutAudit } from './audit-sidecar.ts';
import { cpuClockOf } from './process-cost.ts';
import type { Server } from './side.ts';

/** The shipped policies that let `session.whoami` through: that read leaves no record, so that its cost is all but it. */
const unrecorded = ['everyone.basics', 'administrator.manage'];

/** A sidecar whose threads can be told apart. */
export interface SidecarServer extends Server {
  readonly pid: number;
}

type Variant = Omit<StartOptions, 'folders'>;

/** `ferrohsm serve` as it comes. */
export const durable: Variant = Object.freeze({});

/** Answers of session keys do not wait for the sync of their record. */
export const buffered: Variant = Object.freeze({ arguments: ['--session-key-audit', 'buffered'] });

/** Without its log, which only a preload of this folder can do: the sidecar from source. */
export const withoutLog: Variant = Object.freeze({ program: [...withoutAudit, ...sourceProgram] });

/** With syncs that take so many milliseconds longer: from source as well. */
export function withSlowSync(delayMs: number): Variant {
  const preload = `${pathToFileURL(join(import.meta.dirname, 'slow-sync.ts'))}?ms=${delayMs}`;
  return { program: ['--import', preload, ...sourceProgram] };
}

/** A sidecar in folders of its own, which its end discards. */
export async function startServer(variant: Variant): Promise<SidecarServer> {
  const folders = createFolders();
  writePolicy(folders);
  const sidecar = await startSidecarProcess({ folders, ...variant });
  return {
    pid: sidecar.pid,
    socket: sidecar.socket,
    cpuUs: cpuClockOf(sidecar.pid),
    async [Symbol.asyncDispose]() {
      await sidecar.stop();
      discardFolders(folders);
    },
  };
}

function writePolicy({ config }: SidecarFolders): void {
  mkdirSync(config, { recursive: true, mode: 0o700 });
  const policy = unrecorded.reduce((text, id) => text.replace(`@id("${id}")`, `$&\n@record("none")`), defaultPolicy);
  writeFileSync(join(config, 'policy.cedar'), policy, { mode: 0o600 });
}
