import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PublicKeyPlace } from '@ferrohsm/sdk/node';
import {
  createFolders,
  discardFolders,
  type SidecarFolders,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';

export interface StageOptions {
  readonly transport: 'socket' | 'websocket';
  readonly publicKeys: PublicKeyPlace;
}

/** Runs `act` while a throw-away sidecar listens, with the environment that leads the adapter to it. */
export async function withSidecar<T>(
  { transport, publicKeys }: StageOptions,
  act: (environment: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const folders = createFolders();
  try {
    const token = transport === 'websocket' ? createToken(folders) : '';
    const extra = transport === 'websocket' ? ['--websocket', '127.0.0.1:0'] : [];
    const sidecar = await startSidecarProcess({ folders, arguments: extra });
    const address = {
      socket: { FERROHSM_WPT_SOCKET: sidecar.socket },
      websocket: { FERROHSM_WPT_URL: sidecar.url ?? '' },
    };
    try {
      return await act({ ...address[transport], FERROHSM_WPT_TOKEN: token, FERROHSM_WPT_PUBLIC_KEYS: publicKeys });
    } finally {
      await sidecar.stop();
    }
  } finally {
    discardFolders(folders);
  }
}

/** A token for a principal that may make session keys. */
function createToken({ config }: SidecarFolders): string {
  const token = randomBytes(32).toString('base64url');
  const tokenSha256 = createHash('sha256').update(token).digest('base64url');
  const principal = { id: 'suite', kind: 'person', roles: ['Operator'], credentials: [{ tokenSha256 }] };
  mkdirSync(config, { mode: 0o700 });
  writeFileSync(join(config, 'principals.json'), JSON.stringify({ principals: [principal] }), { mode: 0o600 });
  return token;
}
