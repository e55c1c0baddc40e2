/** The names of `these` that are not among `those`, in order. */
export function namesOnlyIn(these: Iterable<string>, those: Iterable<string>): string[] {
  const others = new Set(those);
  return [...these].filter((name) => !others.has(name)).sort();
}
