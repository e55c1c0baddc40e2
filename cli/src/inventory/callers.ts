import type { AuditListResult, FerroHsm } from '@ferrohsm/sdk/node';

/** Ids of principals by the id of the key that they used. */
export type Callers = ReadonlyMap<string, readonly string[]>;

const pageRecords = 1000;

/**
 * Who used which key, as far back as the log goes and people were not erased from it.
 *
 * @throws FerroHsmError `permission_denied` for whoever may not read the log
 */
export async function readCallers(sidecar: FerroHsm): Promise<Callers> {
  const callers = new Map<string, Set<string>>();
  // Reading leaves records itself: the end is that of the first page.
  let end = 1;
  for (let start = 0, isFirst = true; start < end; isFirst = false) {
    const page = await sidecar.audit.list({ start, limit: pageRecords });
    if (isFirst) end = page.size;
    for (const entry of page.records) note(callers, entry);
    start = Math.max(start + 1, page.minimumIndex, (page.records.at(-1)?.index ?? 0) + 1);
  }
  return new Map([...callers].map(([id, people]) => [id, [...people].sort()]));
}

/** A record of a use names the version of the key; those of its life name the key. */
function note(callers: Map<string, Set<string>>, { record, personal }: AuditListResult['records'][number]): void {
  const id = /^(key_[^/]+)\//.exec(record.resource ?? '')?.[1];
  if (id === undefined || personal?.principal === undefined || record.outcome !== 'ok') return;
  const people = callers.get(id) ?? new Set();
  callers.set(id, people.add(personal.principal));
}
