/** What is another one at each run, and what stands in its place: as long as it, so that all stays where it is. */
const volatile: readonly (readonly [RegExp, (found: string) => string])[] = [
  [/ready {2}keys (\d+) {2}log \d+$/m, () => 'ready  keys N  log N'],
  [/^( ferrohsm top {2}\S+) +(?=ready)/m, (found) => found.replace(/ +$/, '  ')],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z/g, (found) => found.replaceAll(/\d/g, '0')],
  [/(?<![\w-])(key|apr|ssn)_[\w-]{4,}/g, (found) => found.slice(0, 4) + 'x'.repeat(found.length - 4)],
  [/(?<![\w-])[\w-]{43}(?![\w-])/g, (found) => 'h'.repeat(found.length)],
  [/^-- \d+ more lines/gm, () => '-- N more lines'],
  [/\S+\/ferrohsm\/[0-9a-f]{16}/g, () => 'host/ferrohsm/origin'],
];

/** A screen that two runs show alike. */
export function steady(screen: string): string {
  return volatile.reduce((text, [pattern, replace]) => text.replaceAll(global(pattern), replace), screen);
}

function global(pattern: RegExp): RegExp {
  return pattern.global ? pattern : new RegExp(pattern, `${pattern.flags}g`);
}
