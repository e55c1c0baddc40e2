import {
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLParseError,
  type YAMLWarning,
} from 'yaml';

/** Something that is wrong with a configuration file. */
export interface ConfigFinding {
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  /** What to do about it, where that is known. */
  readonly hint?: string;
}

/** Names from the root to a value. */
export type ConfigPath = readonly (string | number)[];

export interface ConfigPlace {
  readonly line: number;
  readonly column: number;
}

/** The text of a configuration file as a value that knows where each part stands. */
export interface ConfigDocument {
  readonly value: unknown;
  /** What YAML itself, or the part of it that is taken here, does not permit; the value is not to be used then. */
  readonly findings: readonly ConfigFinding[];
  /** Where the value is, or its nearest container. */
  placeOf(path: ConfigPath): ConfigPlace;
  /** Where a name in a mapping is. */
  placeOfName(path: ConfigPath): ConfigPlace;
}

/**
 * Reads YAML 1.2 (core schema) without what makes files say other things than they seem to: no aliases, tags, directives
 * or second documents, and every name once. A file without any value is an empty configuration.
 */
export function readConfigDocument(text: string): ConfigDocument {
  const lineCounter = new LineCounter();
  // Pretty errors would quote the line, in which a secret may stand by mistake.
  const options = { lineCounter, prettyErrors: false, stringKeys: true, schema: 'core', merge: false } as const;
  const document = parseDocument(text, options);
  const placeAt = (offset: number): ConfigPlace => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const finding = (offset: number, reason: string): ConfigFinding => ({ ...placeAt(offset), reason });
  const told = document.warnings.filter(({ code }) => code !== 'TAG_RESOLVE_FAILED');
  const faults = [...document.errors, ...told].map((fault) => finding(fault.pos[0], reasonOf(fault)));
  // What follows a fault of syntax is mostly its consequence.
  const findings = document.errors.length > 0 ? faults.slice(0, 1) : [...faults, ...forbiddenIn(document, finding)];
  const nodeAt = (path: ConfigPath) => document.getIn(path, true);
  return {
    value: findings.length > 0 ? undefined : (document.toJS() ?? {}),
    findings,
    placeOf(path) {
      for (let length = path.length; length >= 0; length -= 1) {
        const node = length === 0 ? document.contents : nodeAt(path.slice(0, length));
        if (isNode(node) && node.range) return placeAt(node.range[0]);
      }
      return placeAt(0);
    },
    placeOfName(path) {
      const map = path.length === 1 ? document.contents : nodeAt(path.slice(0, -1));
      const pairs = isMap(map) ? map.items : [];
      const pair = pairs.find(({ key }) => isScalar(key) && key.value === path.at(-1));
      return placeAt(isPair(pair) && isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0);
    },
  };
}

/** What YAML permits and would surprise a reader. */
function* forbiddenIn(document: Document.Parsed, finding: (offset: number, reason: string) => ConfigFinding) {
  if (document.directives.yaml.explicit === true) yield finding(0, 'directives are not taken here');
  const found: ConfigFinding[] = [];
  visit(document, {
    Node(_, node) {
      const reason = surpriseIn(node);
      if (reason !== undefined) found.push(finding(node.range?.[0] ?? 0, reason));
    },
  });
  yield* found;
}

function surpriseIn(node: Node): string | undefined {
  if (isAlias(node)) return 'aliases are not taken here: write the value';
  if (node.tag !== undefined) return 'tags are not taken here';
  if ('anchor' in node && node.anchor !== undefined) return 'anchors are not taken here';
  return undefined;
}

/** Where the parser says it for programmers, or for files that are taken whole. */
const reasons: Readonly<Partial<Record<ErrorCode, string>>> = {
  DUPLICATE_KEY: 'this key is there twice',
  MULTIPLE_DOCS: 'a second document is not taken here',
  NON_STRING_KEY: 'a key must be a text',
  RESOURCE_EXHAUSTION: 'nested too deeply',
};

function reasonOf({ code, message }: YAMLParseError | YAMLWarning): string {
  return reasons[code] ?? (message[0] ?? '').toLowerCase() + message.slice(1);
}
