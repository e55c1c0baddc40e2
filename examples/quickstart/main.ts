import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';
import {
  createFolders,
  discardFolders,
  type SidecarProcess,
  startSidecarProcess,
} from '../../tools/throw-away-sidecar.ts';
import { checkLog } from './audit-log.ts';
import { issueCertificate } from './certificate.ts';
import { signComposite } from './composite.ts';
import { signJwt } from './jwt.ts';
import { encryptFile } from './large-file.ts';
import { tryForbidden } from './refusals.ts';
import { type Stage, tell } from './stage.ts';

// A throw-away sidecar does the main job on real input. Exits 0 only if all of it held.

const startedMs = performance.now();
const folders = createFolders();
const start = () => startSidecarProcess({ folders, arguments: ['--websocket', '127.0.0.1:0'] });

let sidecar: SidecarProcess | undefined;
try {
  sidecar = await start();
  heading('A sidecar is running; its keys, policy and log are in folders of its own');
  tell(`socket ${sidecar.socket}, ${sidecar.url}`);
  const keys = await useKeys(sidecar);
  sidecar = await restart(sidecar);
  await refuseAndVerify(sidecar, keys);
  console.log(`\nAll of it held, in ${((performance.now() - startedMs) / 1000).toFixed(1)} s.`);
} catch (error) {
  console.error(error);
  console.error(sidecar?.notices());
  process.exitCode = 1;
} finally {
  await sidecar?.stop();
  discardFolders(folders);
}

async function useKeys({ socket, url = '' }: SidecarProcess): Promise<readonly string[]> {
  await using hsm = await connect({ socket });
  const stage: Stage = { hsm, folders, url };
  heading('jose signs a JWT with a P-256 key of the sidecar');
  await signJwt(stage);
  heading('@peculiar/x509 issues a self-signed ML-DSA-65 certificate');
  await issueCertificate(stage);
  heading('A 10 MB file is encrypted to an MLKEM768-X25519 key');
  await encryptFile(stage);
  heading('A composite signature');
  await signComposite(stage);
  return hsm.hello.log.keys;
}

async function restart(sidecar: SidecarProcess): Promise<SidecarProcess> {
  heading('The sidecar is killed (SIGKILL) and started again');
  await sidecar.kill();
  const again = await start();
  await using hsm = await connect({ socket: again.socket });
  const key = await hsm.keys.get('tokens/signing');
  const data = randomBytes(32);
  const signature = await hsm.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key.privateKey, data);
  assert(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key.publicKey, signature, data));
  tell(`${key.name} signs as before`);
  return again;
}

async function refuseAndVerify({ socket, url = '' }: SidecarProcess, keys: readonly string[]): Promise<void> {
  await using hsm = await connect({ socket });
  const stage: Stage = { hsm, folders, url };
  heading('What is forbidden is refused');
  await tryForbidden(stage);
  heading('The audit log is verified offline, with the public keys from the first connection');
  await hsm.audit.checkpoint();
  await checkLog(stage, keys);
}

function heading(text: string): void {
  console.log(`\n* ${text}`);
}
