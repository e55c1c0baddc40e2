import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';

type EsbuildOptions = Parameters<NonNullable<Options['esbuildOptions']>>[0];

/** A root config would read the root's dependencies: what a package declares itself stays outside its bundle. */
function externals(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  return Object.keys(manifest.dependencies ?? {});
}

function packageOf(folder: string, entry: Record<string, string>, options: Options = {}): Options {
  return {
    name: folder,
    entry: Object.fromEntries(Object.entries(entry).map(([name, file]) => [name, `${folder}/src/${file}`])),
    outDir: `${folder}/dist`,
    format: 'esm',
    target: 'node26',
    platform: 'node',
    clean: true,
    splitting: true,
    // node:sqlite and node:ffi exist under no other name.
    removeNodeProtocol: false,
    external: externals(folder),
    tsconfig: `${folder}/tsconfig.json`,
    silent: true,
    // Names stay, so that stack traces and profiles can be read.
    esbuildOptions: withoutWhiteSpace,
    ...options,
  };
}

function withoutWhiteSpace(esbuild: EsbuildOptions): void {
  esbuild.minifyWhitespace = true;
  esbuild.minifySyntax = true;
}

/** What every application installs: inner names are short, as its own bundler would make them. */
function small(esbuild: EsbuildOptions): void {
  withoutWhiteSpace(esbuild);
  esbuild.minifyIdentifiers = true;
}

export default defineConfig([
  packageOf(
    'sdk',
    { index: 'index.ts', node: 'node.ts', hpke: 'hpke/index.ts', envelope: 'envelope/index.ts' },
    {
      target: 'node20',
      platform: 'neutral',
      external: [...externals('sdk'), /^node:/],
      dts: true,
      tsconfig: 'sdk/tsconfig.node.json',
      esbuildOptions: small,
    },
  ),
  packageOf(
    'sidecar',
    { index: 'index.ts', 'lane-worker': 'crypto/lane-worker.ts', 'tree-worker': 'audit/tree-worker.ts' },
    { dts: { entry: { index: 'sidecar/src/index.ts' } } },
  ),
  packageOf('pkcs11', { index: 'index.ts' }, { dts: true }),
  packageOf('cli', { main: 'main.ts' }),
]);
