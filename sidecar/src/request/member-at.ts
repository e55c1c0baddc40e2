/** The member at a path such as `key` or `algorithm.public.handle`; undefined where the path leads nowhere. */
export function memberAt(node: object, path: string): unknown {
  const dot = path.indexOf('.');
  if (dot < 0) return (node as Record<string, unknown>)[path];
  const inner = (node as Record<string, unknown>)[path.slice(0, dot)];
  return inner !== null && typeof inner === 'object' ? memberAt(inner, path.slice(dot + 1)) : undefined;
}
