import type { TestProject } from 'vitest/node';
import { createFolders, discardFolders, startSidecarProcess } from '../../tools/throw-away-sidecar.ts';
import { requireKnownSkips } from './skip-gate.ts';
import { checkDigests, vectorFolder } from './vector-files.ts';

declare module 'vitest' {
  interface ProvidedContext {
    socket: string;
  }
}

/** One throw-away sidecar for all files. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  checkDigests(vectorFolder());
  const folders = createFolders();
  const sidecar = await startSidecarProcess({ folders });
  project.provide('socket', sidecar.socket);
  return async () => {
    await sidecar.stop();
    discardFolders(folders);
    requireKnownSkips(project);
  };
}
