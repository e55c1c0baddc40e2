/** The Cedar engine, compiled to WebAssembly. */
export type Cedar = typeof import('@cedar-policy/cedar-wasm/nodejs');

/** Loads the engine. A failure is a failed start, never an open door. */
export async function loadCedar(): Promise<Cedar> {
  return await import('@cedar-policy/cedar-wasm/nodejs');
}
