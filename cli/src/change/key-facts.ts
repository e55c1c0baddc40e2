import { type FerroHsm, FerroHsmError } from '@ferrohsm/sdk/node';
import { isoTime } from '../named-key.ts';

/** A key as it is now, for whoever is about to lose some of it. */
export async function keyFacts({ keys }: FerroHsm, nameOrId: string): Promise<string[]> {
  const { record } = await keys.get(nameOrId);
  const labels = Object.entries(record.labels).map(([name, value]) => `${name}=${value}`);
  const versions = record.versions.map(({ version, state }) => `version ${version} ${state}`);
  return [
    `  ${record.name} (${record.id}), owned by ${record.owner}${labels.length === 0 ? '' : `, ${labels.join(', ')}`}`,
    `  ${record.description ?? 'no description'}`,
    `  ${versions.join(', ')}`,
    ...(await factsOfUse(keys, record.id)),
  ];
}

/** Whoever may end a key need not be permitted to see its use. */
async function factsOfUse(keys: FerroHsm['keys'], id: string): Promise<string[]> {
  try {
    const versions = await keys.usage(id);
    const uses = versions.reduce((sum, version) => sum + version.uses, 0);
    const last = Math.max(0, ...versions.map(({ usedAt = 0 }) => usedAt));
    return [
      last === 0
        ? '  it was never used'
        : `  it was used ${uses === 1 ? 'once' : `${uses} times`}, last at ${isoTime(last)}`,
    ];
  } catch (error) {
    if (error instanceof FerroHsmError) return [];
    throw error;
  }
}
