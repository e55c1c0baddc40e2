/** A word that a POSIX shell takes as it is. */
export function single(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
