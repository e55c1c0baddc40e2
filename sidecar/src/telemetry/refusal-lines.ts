import type { OperatorLog } from '../operator-log/operator-log.ts';

/** One line per source, reason and window: a flood of strangers cannot fill the disk of the operator's log. */
export interface RefusalLines {
  add(source: string, reason: string): void;
}

const windowMs = 1_000;
/** Sources told apart in one window; the rest share a line. */
const maxSources = 64;
const others = 'others';

interface Refused {
  readonly source: string;
  readonly reason: string;
  count: number;
}

export function createRefusalLines(operatorLog: OperatorLog): RefusalLines {
  let window = new Map<string, Refused>();

  function tell(): void {
    for (const { source, reason, count } of window.values()) {
      operatorLog.write('warn', 'connection.refused', { source, reason, count });
    }
    window = new Map();
  }

  function begin(source: string, reason: string): Refused {
    if (window.size === 0) setTimeout(tell, windowMs).unref();
    const refused = { source, reason, count: 0 };
    window.set(`${source} ${reason}`, refused);
    return refused;
  }

  return {
    add(source, reason) {
      if (!operatorLog.writes('warn')) return;
      const told = window.has(`${source} ${reason}`) || window.size < maxSources ? source : others;
      const refused = window.get(`${told} ${reason}`) ?? begin(told, reason);
      refused.count += 1;
    },
  };
}
