/** More changes than this are another word. */
const mostChanges = 3;

/**
 * The choice that somebody may have meant who wrote that word: the one with the fewest letters changed, added, left out or
 * swapped; undefined where none is near.
 */
export function nearest(word: string, choices: Iterable<string>): string | undefined {
  let found: string | undefined;
  let fewest = Math.min(mostChanges, Math.ceil(word.length / 3)) + 1;
  for (const choice of choices) {
    const changes = changesBetween(word.toLowerCase(), choice.toLowerCase());
    if (changes < fewest) [found, fewest] = [choice, changes];
  }
  return found;
}

/** For a hint: the near choice, or all of them. */
export function suggestion(word: string, choices: readonly string[], otherwise: string): string {
  const near = nearest(word, choices);
  return near === undefined ? otherwise : `did you mean ${near}?`;
}

/** The optimal string alignment distance: a row of the table for each letter of one word. */
function changesBetween(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      const isSwapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const changed = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      next.push(isSwapped ? Math.min(changed, (before[j - 2] ?? 0) + 1) : changed);
    }
    [before, row] = [row, next];
  }
  return row[other.length] ?? 0;
}
