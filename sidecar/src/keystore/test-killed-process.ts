import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Calls that change what the disk holds. */
const effects = ['writeSync', 'fsyncSync', 'renameSync', 'rmSync'];

/** Root keys by their bytes, the likeliest first. */
interface KilledStore {
  readonly folder: string;
  readonly rootKeys: readonly Buffer[];
}

/**
 * Opens a store in a process of its own, runs the body there (it may use `keystore`, `Secret` and `Buffer`), and kills that
 * process with SIGKILL right before its n-th file operation or database statement after opening.
 *
 * @returns whether it was killed; false when it came to its end before
 */
export async function killedBefore(step: number, { folder, rootKeys }: KilledStore, body: string): Promise<boolean> {
  const from = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const hex = JSON.stringify(rootKeys.map((rootKey) => rootKey.toString('hex')));
  const script = `
    const { default: fs } = await import('node:fs');
    const { syncBuiltinESMExports } = await import('node:module');
    const { DatabaseSync } = await import('node:sqlite');
    let left = Infinity;
    const counted = (call) => function (...args) {
      if (--left === 0) process.kill(process.pid, 'SIGKILL');
      return call.apply(this, args);
    };
    for (const name of ${JSON.stringify(effects)}) fs[name] = counted(fs[name]);
    DatabaseSync.prototype.exec = counted(DatabaseSync.prototype.exec);
    syncBuiltinESMExports();
    const { openKeystore } = await import(${from('keystore.ts')});
    const { createSealing } = await import(${from('../crypto/sealing.ts')});
    const { Secret } = await import(${from('../secret.ts')});
    const rootKeys = ${hex}.map((hex) => Secret.take(Buffer.from(hex, 'hex')));
    const folder = ${JSON.stringify(folder)};
    const keystore = await openKeystore({
      folder: folder + '/store', generationFolder: folder + '/generations', rootKeys, sealing: createSealing(),
    });
    left = ${step};
    ${body}
    left = Infinity;
    await keystore.close();`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--no-warnings', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = await once(child, 'exit');
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the process ended with ${code ?? signal}`);
  return signal === 'SIGKILL';
}
