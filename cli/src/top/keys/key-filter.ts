import type { KeyListOptions, KeyState } from '@ferrohsm/sdk/node';

/**
 * What was typed after `/`, as the sidecar selects keys: a word is how names begin, `algorithm=NAME` and `state=NAME`
 * are of the newest version, any other `name=value` is a label; without its value it does not count yet.
 * Whether the values make sense the sidecar says.
 */
export function keySelection(text: string): KeyListOptions {
  const words = text.split(' ').filter((word) => word !== '');
  const selection: { -readonly [Member in keyof KeyListOptions]: KeyListOptions[Member] } = {};
  const labels: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    const [name, value] = [word.slice(0, Math.max(at, 0)), word.slice(at + 1)];
    if (at < 1) selection.prefix = word;
    else if (value === '') continue;
    else if (name === 'algorithm') selection.algorithm = value;
    else if (name === 'state') selection.state = value as KeyState;
    else labels[name] = value;
  }
  return Object.keys(labels).length === 0 ? selection : { ...selection, labels };
}
