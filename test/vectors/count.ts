/** How many vectors, in words. */
export function countOf(count: number): string {
  return count === 1 ? '1 case' : `${count} cases`;
}
