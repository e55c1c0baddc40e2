/** A string, a bracket, a comma or colon; numbers and literals matter to nobody here. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

interface Container {
  /** Names that an object has had; undefined of an array. */
  readonly names: Set<string> | undefined;
  /** Name or index of the value that is being read. */
  place: string | number;
}

/**
 * The JSON pointer (RFC 6901) of the first object member whose name was there before, of a text that JSON.parse took:
 * it keeps the last of both without a word, so that a reader and the sidecar may see different values.
 */
export function findDuplicateName(text: string): string | undefined {
  const open: Container[] = [];
  let latest = '';
  for (const [token] of text.matchAll(tokens)) {
    const inner = open.at(-1);
    if (token === '{') open.push({ names: new Set(), place: '' });
    else if (token === '[') open.push({ names: undefined, place: 0 });
    else if (token === '}' || token === ']') open.pop();
    else if (token === ',' && typeof inner?.place === 'number') inner.place += 1;
    else if (token === ':' && inner?.names !== undefined) {
      inner.place = String(JSON.parse(latest));
      if (inner.names.has(inner.place)) return pointerOf(open);
      inner.names.add(inner.place);
    } else latest = token;
  }
  return undefined;
}

function pointerOf(open: readonly Container[]): string {
  return open.map(({ place }) => `/${escapePointer(String(place))}`).join('');
}

/** One reference token of a JSON pointer. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
