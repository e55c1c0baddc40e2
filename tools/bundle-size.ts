import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildSync, type Metafile, type OutputFile } from 'esbuild';

// Prints what @ferrohsm/sdk costs a page, as an application's bundler would serve it, and fails above the limit.

/** Of what is loaded at once; what is loaded when it is needed does not count. */
const limitBytes = 40_000;

const entry = join(import.meta.dirname, '../sdk/dist/index.js');
const { metafile, outputFiles } = buildSync({
  stdin: { contents: `export * from ${JSON.stringify(entry)}`, resolveDir: import.meta.dirname },
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  outdir: 'bundle',
  metafile: true,
  write: false,
});

const atOnce = loadedAtOnce(metafile);
const bytes = total(outputFiles.filter(({ path }) => atOnce.has(basename(path))));
const laterBytes = total(outputFiles.filter(({ path }) => !atOnce.has(basename(path))));
console.log(
  `@ferrohsm/sdk in a browser: ${kilobytes(bytes)} kB gzipped, of at most ${kilobytes(limitBytes)}; ` +
    `${kilobytes(laterBytes)} kB more are loaded only by runtimes that need them`,
);
if (bytes > limitBytes) process.exitCode = 1;

/** Names of the entry's file and of all files that it imports statically. */
function loadedAtOnce({ outputs }: Metafile): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { path: imported, kind } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') visit(imported);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) if (entryPoint === '<stdin>') visit(path);
  return new Set([...reached].map((path) => basename(path)));
}

function total(files: readonly OutputFile[]): number {
  return files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}

function kilobytes(size: number): string {
  return (size / 1000).toFixed(1);
}
