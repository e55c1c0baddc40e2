import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ferrohsm, run } from '../cli/processes.ts';
import { bomErrors } from '../cyclonedx/bom-validation.ts';
import { type PublishedFacts, publishedKeys } from './inventory-keys.ts';
import { liveSidecar, writeConfig } from './live-sidecar.ts';
import { principalsFile, tokenOf } from './principals.ts';

const sidecar = liveSidecar({
  arguments: ['--websocket', '127.0.0.1:0'],
  prepare: (folders) =>
    writeConfig(
      folders,
      'principals.json',
      principalsFile({ officer: ['Officer', 'Operator'], shop: ['Service'], ada: ['Auditor'] }),
    ),
});
const hostile = `"><script>alert(1)</script>\u202e`;
const names = Object.keys(publishedKeys);
let hsm: FerroHsm;

beforeAll(async () => {
  hsm = await sidecar.connectWebSocket(tokenOf('officer'));
  for (const [name, { algorithm, usages }] of Object.entries(publishedKeys)) {
    await hsm.keys.create({ name, algorithm, usages, labels: { note: hostile } });
  }
  const { privateKey } = await hsm.keys.create({
    ...{ name: 'life/moved', algorithm: { name: 'ECDSA', namedCurve: 'P-256' }, usages: ['sign', 'verify'] },
    ...{ labels: { service: 'shop' }, description: hostile, rotation: { everySeconds: 86_400 } },
  });
  await hsm.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, Buffer.from('used once'));
  await hsm.keys.rotate('life/moved', { algorithm: 'ML-DSA-87', overlapSeconds: 0 });
});
afterAll(() => hsm.close());

/** What `ferrohsm inventory` says to somebody. */
function inventory(words: readonly string[] = [], id = 'officer') {
  const folder = sidecar.folders.config;
  const url = sidecar.process.url as string;
  const environment = { PATH: process.env.PATH, FERROHSM_URL: url, FERROHSM_TOKEN: '' };
  writeConfig(sidecar.folders, `${id}.token`, tokenOf(id));
  const outcome = run(process.execPath, [ferrohsm, 'inventory', '--token-file', `${id}.token`, ...words], {
    folder,
    environment,
  });
  return { ...outcome, stdout: outcome.stdout.toString() };
}

interface Told {
  readonly name: string;
  readonly findings: readonly string[];
  readonly callers?: readonly string[];
  readonly versions: readonly Readonly<Record<string, unknown>>[];
}

function told(words: readonly string[] = [], id?: string): { keys: readonly Told[]; summary: Record<string, unknown> } {
  return JSON.parse(inventory(['--json', ...words], id).stdout);
}

interface Component {
  readonly name: string;
  readonly version?: string;
  readonly 'bom-ref': string;
  readonly cryptoProperties: {
    readonly assetType: string;
    readonly oid?: string;
    readonly algorithmProperties?: Readonly<Record<string, unknown>>;
    readonly relatedCryptoMaterialProperties?: Readonly<Record<string, unknown>>;
  };
}

function billOfMaterials(words: readonly string[] = []): { readonly components: readonly Component[] } {
  return JSON.parse(inventory(['--format', 'cyclonedx', ...words]).stdout);
}

describe('the bill of materials', () => {
  let components: ReadonlyMap<string, Component>;
  let versions: readonly Component[];
  beforeAll(() => {
    const bom = billOfMaterials();
    expect(bomErrors(bom)).toEqual([]);
    components = new Map(bom.components.map((component) => [component['bom-ref'], component]));
    versions = bom.components.filter(({ cryptoProperties }) => cryptoProperties.assetType !== 'algorithm');
  });

  function materialOf(name: string, version = '1') {
    const found = versions.find((component) => component.name === name && component.version === version);
    return found?.cryptoProperties.relatedCryptoMaterialProperties ?? {};
  }

  test('has every version of every key', () => {
    expect(versions.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(
      [...names.map((name) => `${name} 1`), 'life/moved 1', 'life/moved 2'].sort(),
    );
  });

  test.each(Object.entries(publishedKeys))('says of %s what is published', async (name, facts: PublishedFacts) => {
    const { record } = await hsm.keys.get(name);
    const { algorithmRef, state, type, creationDate } = materialOf(name);
    expect({ state, type }).toEqual({ state: 'active', type: `${record.type}-key` });
    expect(Date.parse(creationDate as string)).toBe(record.createdAt);
    const algorithm = components.get(algorithmRef as string)?.cryptoProperties;
    expect(algorithm?.algorithmProperties).toMatchObject({
      primitive: facts.primitive,
      classicalSecurityLevel: facts.bits,
      nistQuantumSecurityLevel: facts.category,
    });
    expect(algorithm?.oid).toBe(facts.oid);
  });

  test('gives the states of a key that moved to another algorithm', () => {
    expect(materialOf('life/moved', '1')).toMatchObject({
      state: 'deactivated',
      algorithmRef: 'algorithm/ECDSA P-256',
    });
    expect(materialOf('life/moved', '2')).toMatchObject({ state: 'active', algorithmRef: 'algorithm/ML-DSA-87' });
  });

  test('holds no key material, public keys neither', async () => {
    const { stdout } = inventory(['--format', 'cyclonedx']);
    for (const name of ['ed25519', 'life/moved']) {
      const { publicKey } = await hsm.keys.get(name);
      const spki = Buffer.from(await hsm.subtle.exportKey('spki', publicKey));
      const { x = '' } = createPublicKey({ key: spki, format: 'der', type: 'spki' }).export({ format: 'jwk' });
      for (const text of [spki.toString('base64url'), x].filter(Boolean)) expect(stdout).not.toContain(text.slice(-40));
    }
  });

  test('the check refuses what is wrong', () => {
    const bom = billOfMaterials();
    expect(bomErrors({ ...bom, specVersion: 7 })).not.toEqual([]);
    expect(bomErrors({ ...bom, dependencies: [{ ref: 'nowhere' }] })).toEqual(['nothing is called nowhere']);
    const [first, ...rest] = bom.components;
    const odd = { ...first, cryptoProperties: { assetType: 'key' } };
    expect(bomErrors({ ...bom, components: [odd, ...rest] })).not.toEqual([]);
  });
});

test('uses are counted, for whoever may ask for them', () => {
  const moved = told(['--prefix', 'life/']).keys;
  expect(moved).toMatchObject([{ name: 'life/moved', versions: [{ uses: 1, bytes: 9 }, { uses: 0 }], findings: [] }]);
});

test('somebody sees the keys that are theirs, without the uses that they may not ask for', () => {
  const { keys, summary } = told([], 'shop');
  expect(keys.map(({ name }) => name)).toEqual(['life/moved']);
  expect(keys[0]?.versions[0]).not.toHaveProperty('uses');
  expect(summary).toMatchObject({ keys: 1, quantumVulnerableShare: 0 });
});

test('callers are told of to whoever may read the log', async () => {
  const { privateKey } = await hsm.keys.get('ed25519');
  await hsm.subtle.sign('Ed25519', privateKey, Buffer.from('used by the officer'));
  await using shop = await sidecar.connectWebSocket(tokenOf('shop'));
  const moved = await shop.keys.get('life/moved');
  await shop.subtle.sign('ML-DSA-87', moved.privateKey, Buffer.from('used by the shop'));
  const callers = Object.fromEntries(told(['--callers'], 'ada').keys.map((key) => [key.name, key.callers]));
  expect(callers).toMatchObject({ 'life/moved': ['officer', 'shop'], ed25519: ['officer'], x25519: [] });
  expect(inventory(['--callers'], 'ada').stdout).toMatch(/^life\/moved .* officer, shop$/m);
  expect(inventory(['--callers']).status).toBe(3);
  expect(told().keys[0]).not.toHaveProperty('callers');
});

test('the summary is of what is published', () => {
  const { summary } = told();
  const vulnerable = names.filter((name) => publishedKeys[name]?.category === 0);
  const unlisted = names.filter((name) => !publishedKeys[name]?.cnsa2);
  expect(summary).toMatchObject({
    ...{ keys: names.length + 1, keysInForce: names.length + 1, quantumVulnerableKeys: vulnerable.length },
    quantumVulnerableShare: vulnerable.length / (names.length + 1),
    findings: { 'quantum-vulnerable': vulnerable, cnsa2: unlisted, weak: ['weak-hmac'], overdue: [], unused: [] },
  });
});

test.each([
  ['weak', 'weak: weak-hmac'],
  ['quantum-vulnerable', 'quantum-vulnerable: ecdh, ecdsa, ed25519, ed448, rsa-oaep'],
])('--fail-on %s ends with 9 and names the keys, after the inventory is written', (finding, message) => {
  const { status, stderr, stdout } = inventory(['--fail-on', finding]);
  expect(status).toBe(9);
  expect(stderr).toContain(message);
  expect(stdout).toMatch(/^quantum-vulnerable \[#+\.+\]/m);
});

test('--fail-on a finding that no key has ends with 0', () => {
  expect(inventory(['--fail-on', 'compromised', '--fail-on', 'expired']).status).toBe(0);
  expect(inventory(['--prefix', 'life/', '--fail-on', 'quantum-vulnerable', '--fail-on', 'no-rotation']).status).toBe(
    0,
  );
});

test('--fail-on and --format know their words', () => {
  expect(inventory(['--fail-on', 'ugly']).status).toBe(2);
  expect(inventory(['--format', 'pdf']).status).toBe(2);
});

test('a label selects', () => {
  expect(told(['--label', 'service=shop']).keys.map(({ name }) => name)).toEqual(['life/moved']);
  expect(told(['--label', `note=${hostile}`]).keys).toHaveLength(names.length);
});

test('a page has every key and runs nothing that a label says', () => {
  const { status } = inventory(['--format', 'html', '--out', 'keys.html']);
  expect(status).toBe(0);
  const file = join(sidecar.folders.config, 'keys.html');
  const page = readFileSync(file, 'utf8');
  expect(page).not.toMatch(/<script/i);
  expect(page).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\u{202e}');
  for (const name of names) expect(page).toContain(`<td><bdi>${name}</bdi></td>`);
});

test('what cannot be written is refused, and nothing is there', () => {
  const { status, stderr } = inventory(['--out', 'no/such/folder.txt']);
  expect(status).toBe(73);
  expect(stderr).toMatch(/cannot write no\/such\/folder\.txt/);
  expect(existsSync(join(sidecar.folders.config, 'no'))).toBe(false);
});
