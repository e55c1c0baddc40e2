import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type FerroHsm } from '@ferrohsm/sdk/node';
import type { ExampleFolders, ExampleSetup } from '../tools/example-setup.ts';
import { type SidecarFolders, startSidecarProcess } from '../tools/throw-away-sidecar.ts';

const algorithm = 'Ed25519';

/** Two logs that a host can make of one sidecar: an older one, put back, and one that goes on in a copy. */
export async function setUp(folders: ExampleFolders & SidecarFolders): Promise<ExampleSetup> {
  const { root, state, log, command } = folders;
  await serve(folders, async ({ keys }) => {
    await keys.create({ name: 'invoices/signing', algorithm, usages: ['sign', 'verify'] });
  });
  const [older, copy] = [join(root, 'older'), join(root, 'copy')];
  cpSync(log, older, { recursive: true });
  cpSync(state, copy, { recursive: true });
  await serve({ ...folders, state: copy }, signInSecret);
  const logs = { LOG: log, OLDER_LOG: older, FORKED_LOG: join(copy, 'log') };
  return { serveArguments: [], environment: { ...logs, FERROHSM: command, WORK: root } };
}

/** The same key, with uses that the real log never hears of. */
async function signInSecret({ keys, subtle }: FerroHsm): Promise<void> {
  const { privateKey } = await keys.get('invoices/signing');
  for (let invoice = 1000; invoice < 1010; invoice += 1)
    await subtle.sign(algorithm, privateKey, new TextEncoder().encode(`invoice ${invoice}: 9,999 EUR`));
}

async function serve(folders: SidecarFolders, act: (hsm: FerroHsm) => Promise<void>): Promise<void> {
  const sidecar = await startSidecarProcess({ folders });
  try {
    await using hsm = await connect({ socket: sidecar.socket });
    await act(hsm);
  } finally {
    await sidecar.stop();
  }
}
