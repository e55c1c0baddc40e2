/** What each exit status means; those of refusals by the sidecar are in the error table of the schemas. */
export const exitStatuses: ReadonlyMap<number, string> = new Map([
  [0, 'done, all of it'],
  [1, 'the operation failed, or what was verified is not valid'],
  [2, 'the command was written wrongly'],
  [3, 'not permitted, or the key does not allow this use'],
  [4, 'not authenticated'],
  [5, 'no such key, or not permitted to see it'],
  [6, 'conflict: the name is taken, or the state of the key does not permit it'],
  [8, 'needs the approval of other people'],
  [9, 'the inventory has keys with a finding of --fail-on'],
  [65, 'input or parameters are not valid'],
  [66, 'an input file cannot be read'],
  [69, 'the sidecar cannot be reached'],
  [70, 'the program or the sidecar failed inside'],
  [73, 'an output file cannot be written'],
  [74, 'storage of keys or log failed'],
  [75, 'not now; the same command may succeed later'],
  [78, 'Node, configuration or protocol version does not fit'],
]);

/** The table as text, for the help. */
export function exitStatusTable(): string {
  const rows = [...exitStatuses].map(([status, meaning]) => `  ${String(status).padStart(2)}  ${meaning}`);
  return ['EXIT STATUS', ...rows].join('\n');
}
