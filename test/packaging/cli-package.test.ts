import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packInto } from '../../tools/pack.ts';
import { filesBelow } from '../end-to-end/live-sidecar.ts';
import { buildImage, type ContainerImage, parseContainerfile } from './containerfile.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
const context = join(folder, 'context');
const isRoot = process.getuid?.() === 0;

beforeAll(() => {
  // Others than root must get through to what is installed below.
  chmodSync(folder, 0o755);
  process.env.npm_config_cache = join(folder, 'cache');
  packInto(join(context, 'packages'));
}, 180_000);
afterAll(() => {
  delete process.env.npm_config_cache;
  rmSync(folder, { recursive: true, force: true });
});

/** A path to find programs by, with this Node before all others. */
const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;

/** Resolves when the file is there; rejects when the process ends before. */
async function made(file: string, child: ChildProcess, stderr: () => string): Promise<void> {
  while (!existsSync(file)) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${stderr()}`);
    await pass(50);
  }
}

function startAndHear(program: string, words: readonly string[], options: Parameters<typeof spawn>[2]) {
  const child = spawn(program, words, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return { child, stderr: () => stderr };
}

describe('npx ferrohsm from the packed tarballs, without a network', { timeout: 180_000 }, () => {
  const project = join(folder, 'project');
  const home = join(folder, 'home');
  const environment = { PATH: path, HOME: home, FERROHSM_SOCKET: join(home, 'hsm.sock') };

  beforeAll(() => {
    mkdirSync(home);
    cpSync(join(context, 'packages'), project, { recursive: true });
    const words = ['ci', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'];
    execFileSync('npm', words, { cwd: project, stdio: 'pipe' });
  }, 180_000);

  function npx(...words: readonly string[]) {
    return spawnSync('npx', ['--offline', 'ferrohsm', ...words], { cwd: project, env: environment, encoding: 'utf8' });
  }

  test('says its version and writes a configuration', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'cli/package.json'), 'utf8')) as { version: string };
    expect(npx('--version').stdout).toBe(`${version}\n`);
    expect(npx('config', 'init', '--config-file', 'ferrohsm.yaml').status).toBe(0);
    expect(npx('config', 'check', 'ferrohsm.yaml').stderr).toContain('the configuration is valid');
  });

  test('runs a sidecar that signs', async () => {
    const words = ['--offline', 'ferrohsm', 'serve', '--state', join(home, 'state'), '--config', join(home, 'config')];
    const { child, stderr } = startAndHear('npx', words, { cwd: project, env: environment, detached: true });
    try {
      await made(environment.FERROHSM_SOCKET, child, stderr);
      expect(npx('key', 'create', 'signing', '--algorithm', 'ML-DSA-65').status).toBe(0);
      writeFileSync(join(project, 'data'), 'data');
      expect(npx('sign', '--key', 'signing', '--out', 'signature', 'data').status).toBe(0);
      expect(statSync(join(project, 'signature')).size).toBe(3309);
    } finally {
      // npx, its shell and the sidecar.
      process.kill(-(child.pid as number), 'SIGTERM');
      await once(child, 'close');
    }
    expect(stderr()).toContain('stop signal=SIGTERM');
  });
});

describe('the steps of the Containerfile', { timeout: 180_000 }, () => {
  const text = readFileSync(join(root, 'packaging/container/Containerfile'), 'utf8');
  const instructions = parseContainerfile(text);
  let image: ContainerImage;
  beforeAll(() => {
    image = buildImage(instructions, context, join(folder, 'image'));
  }, 180_000);

  const environmentOf = () => ({ PATH: path, ...image.environment });
  /** Only root may become another user. */
  const user = () => (isRoot ? { uid: image.uid, gid: image.gid } : {});

  test('nothing comes from elsewhere than the base image and the tarballs', () => {
    expect(instructions.map(({ name }) => name)).not.toContain('ADD');
    for (const { text: step } of instructions.filter(({ name }) => name === 'RUN')) {
      expect(step).not.toMatch(/curl|wget|https?:|apt|apk/);
      if (step.includes('npm')) expect(step).toMatch(/--offline.*--ignore-scripts/);
    }
    expect(
      instructions.filter(({ name }) => name === 'FROM').every(({ text: from }) => /^\$\{NODE_IMAGE\}/.test(from)),
    ).toBe(true);
  });

  test('the process is not root, and its health is looked at', () => {
    expect(image.uid).toBeGreaterThan(1000);
    expect(image.gid).toBeGreaterThan(1000);
    expect(image.uid).toBeLessThan(65_534);
    expect(image.healthCheck).not.toBe('');
  });

  test('a sidecar of that user starts, is healthy, writes its volumes and nothing else, and stops', async () => {
    const written = () =>
      filesBelow(image.root).filter(
        (file) => !image.volumes.some((volume) => file.startsWith(join(image.root, volume))),
      );
    const before = written();
    const [program = '', ...words] = [...image.entrypoint, ...image.command];
    const options = { env: environmentOf(), cwd: image.root, ...user() };
    const health = () => spawnSync('sh', ['-c', image.healthCheck], options).status;
    // It waits for a moment: asked while the sidecar starts, it would find it.
    expect(health()).not.toBe(0);
    const { child, stderr } = startAndHear(program, words, options);
    try {
      await made(image.environment.FERROHSM_SOCKET as string, child, stderr);
      expect(health()).toBe(0);
      expect(statSync(image.environment.FERROHSM_STATE as string).uid).toBe(isRoot ? image.uid : process.getuid?.());
    } finally {
      child.kill('SIGTERM');
      await once(child, 'close');
    }
    expect(child.exitCode).toBe(0);
    expect(written()).toEqual(before);
    expect(health()).not.toBe(0);
  });
});
