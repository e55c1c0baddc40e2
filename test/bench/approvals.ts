import { strict as assert } from 'node:assert';
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApprovalRequiredError, connect, type FerroHsm, signApproval } from '@ferrohsm/sdk/node';
import { setUp } from '../../examples/approvals.setup.ts';
import { command, createFolders, discardFolders, startSidecarProcess } from '../../tools/throw-away-sidecar.ts';
import { describeMachine } from './machine.ts';
import { median, percentile } from './statistics.ts';

// A held operation from the request to its result, with two approvals, over WebSocket: node test/bench/approvals.ts [ROUNDS]

const rounds = Number(process.argv[2] ?? 100);
const warmUpRounds = Math.ceil(rounds / 5);

interface Officer {
  readonly hsm: FerroHsm;
  approve(id: string): Promise<unknown>;
}

const folders = createFolders();
try {
  const { cpu, fdatasyncUs, loadAverage } = describeMachine(folders.root);
  const timesMs = await measure();
  const [p50, p99] = [median(timesMs), percentile(timesMs, 99)].map((ms) => `${ms.toFixed(1)} ms`);
  console.log(`${cpu}, load ${loadAverage.toFixed(1)}, write and fdatasync ${Math.round(fdatasyncUs)} us`);
  console.log(`request, two approvals and export over WebSocket: median ${p50}, p99 ${p99} of ${rounds}`);
} finally {
  discardFolders(folders);
}

/** The officers are those of the example. */
async function measure(): Promise<number[]> {
  const { serveArguments, environment } = setUp({ ...folders, command });
  const sidecar = await startSidecarProcess({ folders, arguments: serveArguments });
  const keysFile = JSON.parse(readFileSync(join(folders.config, 'principals.json'), 'utf8')) as PrincipalsFile;
  const open = (person: string) =>
    openOfficer(person, `${environment.OFFICERS}/${person}`, sidecar.url ?? '', keysFile);
  const [alice, bob, carol] = [await open('alice'), await open('bob'), await open('carol')];
  try {
    const algorithm = { name: 'AES-GCM', length: 256 };
    await alice.hsm.keys.create({ name: 'bench/export', algorithm, usages: ['encrypt', 'decrypt'] });
    const timesMs: number[] = [];
    for (let round = -warmUpRounds; round < rounds; round += 1) {
      const startedMs = performance.now();
      await exportApproved(alice.hsm, [bob, carol]);
      if (round >= 0) timesMs.push(performance.now() - startedMs);
    }
    return timesMs;
  } finally {
    await Promise.all([alice, bob, carol].map(({ hsm }) => hsm.close()));
    await sidecar.stop();
  }
}

/** One after the other: people do not press the button at the same moment. */
async function exportApproved({ keys }: FerroHsm, approvers: readonly Officer[]): Promise<void> {
  const id = await keys.export('bench/export', 'raw-secret').then(
    () => assert.fail('the export was not held'),
    (error: unknown) => (error instanceof ApprovalRequiredError ? error.approval.id : assert.fail(String(error))),
  );
  for (const approver of approvers) await approver.approve(id);
  const { keyData } = await keys.export('bench/export', 'raw-secret');
  assert.equal(keyData.length, 32);
}

interface PrincipalsFile {
  readonly principals: readonly { readonly id: string; readonly approvalKeys: readonly { readonly id: string }[] }[];
}

async function openOfficer(
  person: string,
  place: string,
  url: string,
  { principals }: PrincipalsFile,
): Promise<Officer> {
  const hsm = await connect({ url, token: readFileSync(`${place}.token`, 'utf8').trim() });
  const key = createPrivateKey(readFileSync(`${place}.key`)).toCryptoKey('Ed25519', false, ['sign']) as CryptoKey;
  const keyId = principals.find(({ id }) => id === person)?.approvalKeys[0]?.id ?? assert.fail(`${person} has no key`);
  const signer = { person, keyId, audience: hsm.hello.log.origin };
  return {
    hsm,
    async approve(id) {
      const approval = await hsm.approvals.get(id);
      return hsm.approvals.approve(id, { jws: await signApproval(approval, key, signer) });
    },
  };
}
