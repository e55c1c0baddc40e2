import type { RecordFilter } from '../../log-reading/record-filter.ts';

const members = ['outcome', 'phase', 'principal', 'resource', 'error'] as const;

type Member = (typeof members)[number];

/**
 * What was typed after `/`, as a filter for records: `outcome=denied` and the like, any other word is a part of the name
 * of the operation.
 */
export function recordSelection(text: string): RecordFilter {
  const words = text.split(' ').filter((word) => word !== '');
  const filter: { -readonly [Name in Member | 'operation']?: string[] } = {};
  for (const word of words) {
    const member = members.find((name) => word.startsWith(`${name}=`));
    if (member === undefined) filter.operation = [...(filter.operation ?? []), `*${word}*`];
    else filter[member] = [...(filter[member] ?? []), word.slice(member.length + 1)];
  }
  return filter;
}
