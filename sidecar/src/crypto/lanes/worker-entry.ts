/** The worker's program: beside this module's bundle, or the source when this module is a source itself. */
export function workerEntry(): URL {
  const fromSource = import.meta.url.endsWith('.ts');
  return new URL(fromSource ? '../lane-worker.ts' : './lane-worker.js', import.meta.url);
}
