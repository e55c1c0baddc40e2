/** One system call that came back, as strace tells it. */
export interface SystemCall {
  readonly name: string;
  readonly arguments: readonly string[];
  readonly result: number;
  /** Lines of the trace at which it was entered and at which it had returned. */
  readonly entered: number;
  readonly returned: number;
}

const whole = /^(\d+) +(\w+)\((.*)\) += (-?\d+)/;
const begun = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/;
const resumed = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+)/;

/** The calls of a trace that was written with `strace -f -xx`, in the order in which they returned. */
export function* systemCalls(lines: Iterable<string>): Generator<SystemCall> {
  const open = new Map<string, { readonly text: string; readonly entered: number }>();
  let number = 0;
  for (const line of lines) {
    number += 1;
    const start = begun.exec(line);
    if (start !== null) {
      const [, thread = '', , text = ''] = start;
      open.set(thread, { text, entered: number });
      continue;
    }
    const end = resumed.exec(line);
    const [, thread = '', name = '', rest = '', result] = end ?? whole.exec(line) ?? [];
    if (result === undefined) continue;
    const { text, entered } = (end && open.get(thread)) || { text: '', entered: number };
    yield { name, arguments: split(text + rest), result: Number(result), entered, returned: number };
  }
}

/** Bytes of a string argument, which is all hexadecimal escapes. */
export function bytesOf(argument: string): Buffer {
  if (argument.endsWith('...')) throw new Error('strace cut a string off');
  return Buffer.from(argument.replaceAll(/["\\x]/g, ''), 'hex');
}

/** What a call of the write family hands over: one string, or a vector of them. */
export function writtenBytes({ arguments: [, data = ''] }: SystemCall): Buffer {
  return Buffer.concat((data.match(/"[^"]*"(\.\.\.)?/g) ?? []).map(bytesOf));
}

/** Parts between commas that stand in no bracket. Strings have neither: they are hexadecimal. */
function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '[' || sign === '{') depth += 1;
    else if (sign === ']' || sign === '}') depth -= 1;
    else if (sign === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}
