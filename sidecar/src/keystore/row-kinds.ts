/** Kinds of rows that hold a sealed secret. */
export const sealedKinds: readonly string[] = Object.freeze(['system', 'version']);

/** Kind of a row: the first part of its path. */
export function kindOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

/** Whether the row holds a sealed secret. */
export function isSealed(path: string): boolean {
  return sealedKinds.includes(kindOf(path));
}
