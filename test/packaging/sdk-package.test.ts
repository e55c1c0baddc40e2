import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesBelow, liveSidecar } from '../end-to-end/live-sidecar.ts';

const root = join(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'ferrohsm-consumer-'));
const sidecar = liveSidecar();
let packed: Pack;

interface Pack {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** What the SDK depends on; @noble is loaded only where the runtime lacks an algorithm. */
const dependencies = ['@noble/ciphers', '@noble/curves', '@noble/hashes', '@noble/post-quantum'] as const;

/** An application that has installed the SDK from its tarball, with nothing of this repository around it. */
beforeAll(() => {
  packed = pack(join(root, 'sdk'));
  const others = dependencies.map((name) => `./${pack(join(root, 'node_modules', name)).filename}`);
  writeFileSync(join(project, 'package.json'), '{"name":"consumer","version":"1.0.0","private":true,"type":"module"}');
  npm('install', '--offline', '--no-audit', '--no-fund', ...others, `./${packed.filename}`);
});
afterAll(() => rmSync(project, { recursive: true }));

function npm(...words: readonly string[]): string {
  const env = { ...process.env, npm_config_cache: join(project, '.npm'), npm_config_update_notifier: 'false' };
  return execFileSync('npm', words, { cwd: project, env, encoding: 'utf8' });
}

function pack(folder: string): Pack {
  const [result] = JSON.parse(
    npm('pack', folder, '--json', '--ignore-scripts', '--pack-destination', project),
  ) as Pack[];
  return result as Pack;
}

/** The Node of the machine where it is one that the SDK promises to run on, else the running one. */
function olderNode(): string {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('node_modules'));
  const found = folders.map((folder) => join(folder, 'node')).find((path) => existsSync(path));
  if (found === undefined) return process.execPath;
  const major = Number(/^v(\d+)/.exec(execFileSync(found, ['--version'], { encoding: 'utf8' }))?.[1]);
  return major >= 20 ? found : process.execPath;
}

function runScript(name: string, text: string, node = olderNode()): string {
  writeFileSync(join(project, name), text);
  const env = { ...process.env, FERROHSM_SOCKET: sidecar.process.socket, NODE_NO_WARNINGS: '1' };
  return execFileSync(node, [name], { cwd: project, env, encoding: 'utf8' });
}

test('the tarball holds the built files, manifest, readme and licence, nothing else', () => {
  const others = packed.files.map(({ path }) => path).filter((path) => !/^dist\/[\w.-]+\.(js|d\.ts)$/.test(path));
  expect(['package.json', 'README.md', 'LICENSE']).toEqual(expect.arrayContaining(others));
  expect(others).toContain('package.json');
  expect(packed.files.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['dist/index.js', 'dist/index.d.ts', 'dist/node.js', 'dist/node.d.ts']),
  );
});

test('every built file of the tarball is used by another or is an entry point', () => {
  const folder = join(project, 'node_modules/@ferrohsm/sdk/dist');
  const files = readdirSync(folder);
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  const unused = files.filter((name) => {
    const imported = `./${name.replace(/\.d\.ts$/, '.js')}`;
    return !/^(index|node|hpke|envelope)\./.test(name) && !texts.some((text) => text.includes(imported));
  });
  expect(unused).toEqual([]);
});

// More than half of it are types and their documentation.
test('the tarball is small', () => {
  expect(packed.size).toBeLessThan(100 * 1024);
  expect(packed.unpackedSize).toBeLessThan(360 * 1024);
});

test('the application gets the SDK and what it depends on, nothing of the sidecar', () => {
  const modules = join(project, 'node_modules');
  const installed = readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => (name.startsWith('@') ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`) : name));
  expect(installed.toSorted()).toEqual(['@ferrohsm/sdk', ...dependencies]);
});

test('no built package holds a path of the machine that built it', () => {
  for (const folder of ['sdk', 'sidecar', 'pkcs11', 'cli']) {
    const files = filesBelow(join(root, folder, 'dist'));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) expect(readFileSync(file, 'utf8').includes(root), file).toBe(false);
  }
});

test.each([
  ['sdk', 400],
  ['sidecar', 1900],
  ['pkcs11', 200],
  // 60 KiB of them are the screens of `top`, in files that only it loads.
  ['cli', 560],
])('%s is built into less than %i KiB', (folder, limitKiB) => {
  const bytes = filesBelow(join(root, folder, 'dist')).reduce((sum, file) => sum + statSync(file).size, 0);
  expect(bytes).toBeGreaterThan(10 * 1024);
  expect(bytes).toBeLessThan(limitKiB * 1024);
});

test('the application signs with a key of the sidecar and checks natively', () => {
  const output = runScript(
    'sign.mjs',
    `import { createPublicKey, verify } from 'node:crypto';
import { connect } from '@ferrohsm/sdk/node';
const hsm = await connect();
const usages = ['sign', 'verify'];
const key = await hsm.keys.create({ name: 'packaged/signing', algorithm: 'Ed25519', usages });
const data = new TextEncoder().encode('data');
const signature = await hsm.subtle.sign('Ed25519', key.privateKey, data);
const spki = Buffer.from(await hsm.subtle.exportKey('spki', key.publicKey));
const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
const mlDsa = await hsm.subtle.generateKey('ML-DSA-65', false, usages);
const second = await hsm.subtle.sign('ML-DSA-65', mlDsa.privateKey, data);
console.log(JSON.stringify({
  native: verify(null, data, publicKey, Buffer.from(signature)),
  own: await hsm.subtle.verify('Ed25519', key.publicKey, signature, data),
  postQuantum: await hsm.subtle.verify('ML-DSA-65', mlDsa.publicKey, second, data),
  node: process.versions.node.split('.')[0],
}));
await hsm.close();
`,
  );
  expect(JSON.parse(output)).toMatchObject({ native: true, own: true, postQuantum: true, node: expect.any(String) });
});

test('the portable entry point loads without anything of Node', () => {
  const text = filesBelow(join(project, 'node_modules/@ferrohsm/sdk/dist'))
    .filter((file) => file.endsWith('.js') && !file.endsWith('node.js'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  expect(text).not.toMatch(/(from|import\(?)\s*["']node:/);
  expect(text).not.toMatch(/\bBuffer\b\s*[.(]|\bprocess\.\w/);
});

test('the types resolve for an application that is checked strictly', () => {
  mkdirSync(join(project, 'typed'));
  writeFileSync(
    join(project, 'typed/consumer.ts'),
    `import { connect, FerroHsmError, verifyLog, type KeyRecord } from '@ferrohsm/sdk/node';
import { connect as connectWebSocket } from '@ferrohsm/sdk';

export async function sign(data: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const hsm = await connect({ socket: '/run/hsm.sock' });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { privateKey } = await hsm.keys.create({ name: 'a', algorithm, usages: ['sign', 'verify'] });
  const records: KeyRecord[] = [];
  for await (const record of hsm.keys.list()) records.push(record);
  return await hsm.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, data);
}

export async function pairs(): Promise<CryptoKey[]> {
  const hsm = await connectWebSocket({ url: 'ws://127.0.0.1:1', token: 'token' });
  const kem = await hsm.subtle.generateKey('MLKEM768-X25519', false, ['decapsulateBits', 'encapsulateBits']);
  const { sharedKey } = await hsm.subtle.encapsulateBits('MLKEM768-X25519', kem.publicKey);
  const aes: CryptoKey = await hsm.subtle.importKey('raw', sharedKey, 'AES-GCM', false, ['encrypt']);
  return [aes, kem.privateKey];
}

export function isRetryable(error: unknown): boolean {
  return error instanceof FerroHsmError && error.retryable && error.code !== 'quota_exceeded';
}

export const check: typeof verifyLog = verifyLog;

// @ts-expect-error a key needs usages
export const wrong = { name: 'a', algorithm: 'Ed25519' } satisfies Parameters<Awaited<ReturnType<typeof connect>>['keys']['create']>[0];
`,
  );
  cpSync(join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'), { recursive: true });
  cpSync(join(root, 'node_modules/undici-types'), join(project, 'node_modules/undici-types'), { recursive: true });
  const compiler = join(root, 'node_modules/typescript7/bin/tsc');
  const options = ['--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', 'false', '--module', 'nodenext'];
  const target = ['--target', 'es2024', '--lib', 'es2024,esnext.disposable,dom', '--types', 'node', '--noEmit'];
  const errors = () =>
    execFileSync(process.execPath, [compiler, ...options, ...target, 'typed/consumer.ts'], {
      cwd: project,
      encoding: 'utf8',
    });
  expect(errors()).toBe('');
});
