import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExampleFolders, ExampleSetup } from './example-setup.ts';
import { command, createFolders, discardFolders, startSidecarProcess } from './throw-away-sidecar.ts';

// Runs one example against a throw-away sidecar: npm run example -- sign

const folder = join(import.meta.dirname, '../examples');
const name = process.argv[2] ?? '';
const file = join(folder, `${name}.ts`);
const setupFile = join(folder, `${name}.setup.ts`);

if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
  const names = readdirSync(folder).flatMap((entry) => /^([a-z0-9-]+)\.ts$/.exec(entry)?.[1] ?? []);
  console.error(`example: error: no example "${name}"`);
  console.error(`example: hint: choose one of ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  process.exitCode = await runExample();
}

async function runExample(): Promise<number> {
  const folders = createFolders();
  try {
    const { serveArguments, environment } = await setUpExample({ ...folders, command });
    const sidecar = await startSidecarProcess({ folders, arguments: serveArguments });
    try {
      const { socket, url, addresses } = sidecar;
      const rest = addresses.find((address) => /^https?:/.test(address));
      const places = {
        FERROHSM_SOCKET: socket,
        ...(url && { FERROHSM_URL: url }),
        ...(rest && { FERROHSM_REST: rest }),
      };
      return await runFile({ ...environment, ...places });
    } finally {
      await sidecar.stop();
    }
  } finally {
    discardFolders(folders);
  }
}

async function setUpExample(folders: ExampleFolders): Promise<ExampleSetup> {
  if (!existsSync(setupFile)) return { serveArguments: [], environment: {} };
  const { setUp } = (await import(setupFile)) as { setUp(folders: ExampleFolders): ExampleSetup };
  return setUp(folders);
}

async function runFile(environment: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  const [status] = (await once(child, 'exit')) as [number | null];
  return status ?? 1;
}
