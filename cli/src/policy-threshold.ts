/** Every operation that governs needs at least one, whatever the policies say. */
const floor = 1;

/** Texts in quotes, which may look like a comment, and comments, which may look like a condition. */
const quotedOrComment = /"(?:\\.|[^"\\])*"|\/\/[^\n]*/g;
const threshold = /\bcontext\s*(?:\.\s*approvals|\[\s*"approvals"\s*\])\s*>=\s*(\d+)/g;

/**
 * The most approvals that Cedar policies ask for in any place. `context.approvals >= N` is the only form that the sidecar
 * takes.
 */
export function highestThreshold(policy: string): number {
  const bare = policy.replaceAll(quotedOrComment, (text) => {
    if (text.startsWith('//')) return '';
    return text === '"approvals"' ? text : '""';
  });
  return Math.max(floor, ...Array.from(bare.matchAll(threshold), ([, count]) => Number(count)));
}
