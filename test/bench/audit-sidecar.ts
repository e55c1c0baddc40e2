import { join } from 'node:path';
import { connect, type FerroHsm } from '@ferrohsm/sdk/node';
import { createFolders, discardFolders, startSidecarProcess } from '../../tools/throw-away-sidecar.ts';

/** A sidecar from source with a client of its own; the end of its scope discards both. */
export interface BenchSidecar extends AsyncDisposable {
  readonly pid: number;
  readonly hsm: FerroHsm;
}

/** Loaded before a sidecar that shall be without its log. */
export const withoutAudit = ['--import', join(import.meta.dirname, 'without-audit.ts')];

/** The sidecar from its source files, for Node. */
export const sourceProgram: readonly string[] = [
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, 'audit-program.ts'),
];

/** @param nodeOptions what Node is started with besides */
export async function openBenchSidecar(nodeOptions: readonly string[] = []): Promise<BenchSidecar> {
  const folders = createFolders();
  const sidecar = await startSidecarProcess({ folders, program: [...nodeOptions, ...sourceProgram] });
  const hsm = await connect({ socket: sidecar.socket });
  return {
    pid: sidecar.pid,
    hsm,
    async [Symbol.asyncDispose]() {
      await hsm.close();
      await sidecar.stop();
      discardFolders(folders);
    },
  };
}
