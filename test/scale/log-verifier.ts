import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyLog } from '@ferrohsm/sdk/node';
import { logKeys } from './built-log.ts';

/** `log-verifier LOG`: verifies a log by the library and prints its report. */

const [folder = ''] = process.argv.slice(2);

async function read(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(join(folder, path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

console.log(JSON.stringify(await verifyLog({ read }, { keys: logKeys })));
