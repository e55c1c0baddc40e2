import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createFolders, discardFolders, startSidecarProcess } from './throw-away-sidecar.ts';

// Runs one example against a throw-away sidecar: npm run example -- sign

const folder = join(import.meta.dirname, '../examples');
const name = process.argv[2] ?? '';
const file = join(folder, `${name}.ts`);

if (!/^[a-z-]+$/.test(name) || !existsSync(file)) {
  const names = readdirSync(folder).filter((entry) => entry.endsWith('.ts'));
  console.error(`example: error: no example "${name}"`);
  console.error(`example: hint: choose one of ${names.map((entry) => entry.slice(0, -3)).join(', ')}`);
  process.exitCode = 2;
} else {
  process.exitCode = await runExample();
}

async function runExample(): Promise<number> {
  const folders = createFolders();
  const sidecar = await startSidecarProcess({ folders });
  try {
    const env = { ...process.env, FERROHSM_SOCKET: sidecar.socket };
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], { stdio: 'inherit', env });
    const [status] = (await once(child, 'exit')) as [number | null];
    return status ?? 1;
  } finally {
    await sidecar.stop();
    discardFolders(folders);
  }
}
