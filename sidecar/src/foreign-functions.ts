type Ffi = typeof import('node:ffi');

/**
 * Loads `node:ffi` without its ExperimentalWarning; every other warning passes. A misspelt member of a signature is
 * accepted silently and gives undefined: whoever binds functions tests them.
 *
 * @throws where the process may not use it
 */
export function loadForeignFunctions(): Ffi | undefined {
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: never[]) => {
    if (!String(warning).startsWith('FFI is an experimental feature')) emitWarning(warning, ...rest);
  };
  try {
    return process.getBuiltinModule('node:ffi');
  } finally {
    process.emitWarning = emitWarning;
  }
}
