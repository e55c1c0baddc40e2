/**
 * What counts as one source. One host of IPv6 has a whole /64 of addresses to choose from (RFC 6177).
 *
 * @param source an address, behind `websocket:` or not, or anything else, which stands for itself
 */
export function networkOf(source: string): string {
  const [address = ''] = source.replace(/^websocket:/, '').split('%');
  if (!/^[0-9a-f]*:[0-9a-f:]*$/i.test(address)) return source;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - after.length;
  const all = [...groups, ...Array.from({ length: Math.max(0, zeros) }, () => '0'), ...after];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
