import { setFlagsFromString } from 'node:v8';

/** A hundred times what V8 allows by default. */
const budget = 1_300_000_000;

/**
 * Lets WebAssembly run longer before V8 compiles it a second time. The policy engine decides a request once and answers
 * from memory then, so that the default spends a third of a start's processor time on code that hardly runs again.
 */
export function optimizeWasmLater(): void {
  setFlagsFromString(`--wasm-tiering-budget=${budget}`);
}
