import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { connect } from '@ferrohsm/sdk/node';

// A pod has two processes that share a folder with sockets: the sidecar, and an application that is whoever its socket
// says. The manifest is packaging/kubernetes; kubernetes-sidecar.setup.ts gives its configuration to a sidecar here.

const key = 'payments/signing';
const { OPERATOR_SOCKET = '', PAYMENTS_SOCKET = '', APPLICATION } = process.env;

/** What "kubectl exec" runs in the sidecar's container: the socket there is for its uid alone. */
async function operate(): Promise<void> {
  await using hsm = await connect({ socket: OPERATOR_SOCKET });
  const { principal } = await hsm.session.whoami();
  // The label says which workload may use the key.
  const labels = { service: 'payments' };
  await hsm.keys.create({ name: key, algorithm: 'Ed25519', usages: ['sign', 'verify'], labels });
  console.log(`${principal.id} made ${key}`);
}

/** The container of the application: it sees one socket, and has no token, password or key. */
async function runApplication(): Promise<void> {
  await using hsm = await connect();
  const { principal } = await hsm.session.whoami();
  const { privateKey, publicKey } = await hsm.keys.get(key);
  const payment = new TextEncoder().encode('pay 10 EUR to Alice');
  const signature = await hsm.subtle.sign('Ed25519', privateKey, payment);
  assert(await crypto.subtle.verify('Ed25519', publicKey, signature, payment));
  console.log(`${principal.id} signed with ${key}`);

  const other = hsm.keys.create({ name: 'payments/other', algorithm: 'Ed25519', usages: ['sign', 'verify'] });
  await assert.rejects(other, { code: 'permission_denied' });
  console.log(`${principal.id} may not make keys`);
}

if (APPLICATION === undefined) {
  await operate();
  const env = { ...process.env, APPLICATION: 'payments', FERROHSM_SOCKET: PAYMENTS_SOCKET };
  const { status } = spawnSync(process.execPath, [import.meta.filename], { env, stdio: 'inherit' });
  assert.equal(status, 0);
} else {
  await runApplication();
}
