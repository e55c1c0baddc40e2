import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { readConfigDocument } from '../../cli/src/config/config-document.ts';
import { misfitsOf } from '../../cli/src/config/config-misfits.ts';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { command, leanNode } from '../../tools/throw-away-sidecar.ts';
import schema from './kubernetes-schema.json' with { type: 'json' };

const folder = join(import.meta.dirname, '../../packaging/kubernetes');
const documents = parseAllDocuments(readFileSync(join(folder, 'payments.yaml'), 'utf8'));
const objects = documents.map((document) => document.toJS() as Record<string, unknown>);
const kustomization = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as {
  readonly resources: readonly string[];
  readonly configMapGenerator: readonly { readonly name: string; readonly files: readonly string[] }[];
};

interface Container {
  readonly name: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: { readonly fsGroup: number };
  readonly initContainers: readonly [Container];
  readonly containers: readonly [Container];
  readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
}

const deployment = objects.find(({ kind }) => kind === 'Deployment') as {
  readonly spec: { readonly template: { readonly spec: Pod } };
};
const pod = deployment.spec.template.spec;
const [sidecar] = pod.initContainers;
const [application] = pod.containers;
const config = readConfigDocument(readFileSync(join(folder, 'config/ferrohsm.yaml'), 'utf8'));
const settings = config.value as {
  readonly sockets: readonly { readonly name?: string; readonly path: string }[];
  readonly drainSeconds: number;
};

describe('the manifest', () => {
  test('is YAML without faults that fits the parts of the API that it uses', () => {
    for (const { errors, warnings } of documents) expect([...errors, ...warnings]).toEqual([]);
    const fits = new Ajv2020({ allowUnionTypes: true }).compile(schema);
    expect(objects.length).toBe(2);
    for (const object of objects) expect(fits(object) ? [] : fits.errors).toEqual([]);
  });

  test('mounts volumes that are there, and the configuration that the kustomization makes', () => {
    const volumes = pod.volumes.map(({ name }) => name);
    for (const { volumeMounts } of [sidecar, application]) {
      for (const { name } of volumeMounts) expect(volumes).toContain(name);
    }
    const [map] = kustomization.configMapGenerator;
    expect(pod.volumes.find(({ configMap }) => configMap)?.configMap?.name).toBe(map?.name);
    expect(kustomization.resources).toEqual(['payments.yaml']);
    for (const file of map?.files ?? []) expect(existsSync(join(folder, file))).toBe(true);
  });

  test('gives nobody more than it needs', () => {
    for (const { name, securityContext, volumeMounts } of [sidecar, application]) {
      expect(securityContext, name).toMatchObject({
        readOnlyRootFilesystem: true,
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
      expect(volumeMounts.some(({ name: volume }) => volume === 'sockets')).toBe(true);
    }
    expect(sidecar.securityContext.runAsUser).not.toBe(application.securityContext.runAsUser);
    expect(application.volumeMounts.map(({ name }) => name)).toEqual(['sockets']);
  });

  test('leads the application to the socket that is its identity', () => {
    const path = application.env.find(({ name }) => name === 'FERROHSM_SOCKET')?.value;
    expect(settings.sockets.find((socket) => socket.path === path)?.name).toBe('payments');
  });

  test('has a valid configuration, the shipped policies, and time to stop', () => {
    expect([...config.findings, ...misfitsOf(config.value)]).toEqual([]);
    expect(readFileSync(join(folder, 'config/policy.cedar'), 'utf8')).toBe(defaultPolicy);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(settings.drainSeconds + 15);
  });
});

/** Folders as the kubelet mounts them, below one that stands for the root of both containers. */
function mountVolumes(root: string): void {
  chmodSync(root, 0o755);
  for (const name of ['etc', 'run', 'run/secrets', 'run/secrets/ferrohsm', 'var', 'var/lib', 'var/lib/ferrohsm'])
    mkdirSync(join(root, name));
  cpSync(join(folder, 'config'), join(root, 'etc/ferrohsm'), { recursive: true });
  for (const name of ['', 'ferrohsm.yaml', 'principals.json', 'policy.cedar']) {
    chmodSync(join(root, 'etc/ferrohsm', name), name === '' ? 0o755 : 0o644);
  }
  writeFileSync(join(root, 'run/secrets/ferrohsm/root.key'), Buffer.alloc(32, 7));
  const { fsGroup } = pod.securityContext;
  mkdirSync(join(root, 'run/ferrohsm'));
  for (const [name, mode] of [
    ['run/ferrohsm', 0o2770],
    ['var/lib/ferrohsm', 0o2770],
    ['run/secrets/ferrohsm/root.key', 0o440],
  ] as const) {
    chownSync(join(root, name), 0, fsGroup);
    chmodSync(join(root, name), mode);
  }
}

/** A program as a container of the pod runs it: with the user, the groups and the environment of the manifest. */
function asContainer({ securityContext }: Container): readonly string[] {
  const { runAsUser, runAsGroup } = securityContext;
  const { fsGroup } = pod.securityContext;
  const user = [`--reuid=${runAsUser}`, `--regid=${runAsGroup}`, `--groups=${fsGroup}`];
  return ['setpriv', ...user, '--bounding-set=-all', '--no-new-privs'];
}

test('a pod of processes: the operator makes a key, the application uses it, and nobody else gets in', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('only root may run processes of several users');
  const root = mkdtempSync(join(tmpdir(), 'fhsm-'));
  const placed = (text: string) => text.replaceAll(/(^|(?<=[ [:]))\/(run|var|etc)\//g, `${root}/$2/`);
  try {
    mountVolumes(root);
    const file = join(root, 'etc/ferrohsm/ferrohsm.yaml');
    writeFileSync(file, placed(readFileSync(file, 'utf8')));
    const environment = { PATH: process.env.PATH, HOME: '/', FERROHSM_CONFIG: join(root, 'etc/ferrohsm') };
    const [program = '', ...words] = [...asContainer(sidecar), process.execPath, ...leanNode, command, 'serve'];
    const child = spawn(program, words, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const sockets = settings.sockets.map(({ path }) => placed(path));
    while (!sockets.every((path) => existsSync(path))) {
      expect(child.exitCode, stderr).toBeNull();
      await pass(50);
    }
    const run = (container: Container, socket: string, ...line: readonly string[]) => {
      const [setpriv = '', ...rest] = [
        ...asContainer(container),
        process.execPath,
        command,
        ...line,
        '--socket',
        placed(socket),
      ];
      return execFileSync(setpriv, rest, {
        env: { ...environment, FERROHSM_CONFIG: '' },
        cwd: '/',
        encoding: 'utf8',
        stdio: 'pipe',
      });
    };
    const own = settings.sockets[0]?.path ?? '';
    const shared = settings.sockets[1]?.path ?? '';
    run(sidecar, own, 'key', 'create', 'payments/signing', '--algorithm', 'Ed25519', '--label', 'service=payments');
    expect(run(application, shared, 'whoami')).toMatch(/^principal +payments$/m);
    expect(run(application, shared, 'random', '8', '--encoding', 'hex')).toMatch(/^[0-9a-f]{16}\n$/);
    expect(run(application, shared, 'key', 'show', 'payments/signing')).toContain('payments/signing');
    expect(() => run(application, own, 'whoami')).toThrow(expect.objectContaining({ status: 69 }));
    expect(() => run(application, shared, 'key', 'create', 'other', '--algorithm', 'Ed25519')).toThrow(
      expect.objectContaining({ status: 3 }),
    );
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
