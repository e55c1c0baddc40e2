/** What a line tells besides its event; `message` is for people. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

interface LogLine {
  readonly level: string;
  readonly event: string;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly fields: LogFields;
}

export type LogFormat = keyof typeof lineFormats;

/** One line without its end, whatever the values hold: nobody can begin a line of their own. */
export const lineFormats = Object.freeze({
  json: ({ level, event, timeMs, fields }: LogLine) =>
    JSON.stringify({ time: new Date(timeMs).toISOString(), level, event, ...fields }),
  /** As a terminal shows it, or a journal that knows the time. */
  text: ({ level, event, fields: { message, ...others } }: LogLine) => {
    const said = [...(isNotice(event) ? [] : [event]), ...(message === undefined ? [] : [oneLine(String(message))])];
    return `ferrohsm: ${prefixes[level] ?? ''}${[said.join(': '), ...pairs(others)].join(' ')}`;
  },
});

const prefixes: Readonly<Record<string, string>> = Object.freeze({ error: 'error: ', warn: 'warning: ' });

/** Says nothing beside its message. */
function isNotice(event: string): boolean {
  return event === 'notice';
}

function pairs(fields: LogFields): string[] {
  return Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${textOf(value)}`]));
}

function textOf(value: string | number | boolean): string {
  return typeof value === 'string' && !/^[\w.:/@+-]+$/.test(value) ? JSON.stringify(value) : String(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
