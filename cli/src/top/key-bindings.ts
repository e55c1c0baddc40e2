/** What keys of the keyboard do in one place. */
export interface KeyBindings {
  readonly place: string;
  /** The keys, and what they do. */
  readonly bindings: readonly (readonly [keys: string, meaning: string])[];
}

/** All of them: the help shows this table, and docs/top.md has the same. */
export const keyBindings: readonly KeyBindings[] = Object.freeze([
  {
    place: 'Everywhere',
    bindings: [
      ['1 to 7', 'go to a screen'],
      ['Tab, Shift-Tab', 'next screen, previous screen'],
      ['?', 'this help'],
      ['Esc', 'back'],
      ['q', 'quit'],
      ['Ctrl-C', 'quit, also while something is typed'],
    ],
  },
  {
    place: 'Lists and long texts',
    bindings: [
      ['Up, Down', 'one row'],
      ['PgUp, PgDn', 'as many rows as are seen'],
      ['Home, End', 'first row, last row that was fetched'],
      ['Enter', 'look at the row'],
    ],
  },
  {
    place: 'Keys',
    bindings: [
      ['/', 'filter: start of the name, algorithm=NAME, state=STATE, LABEL=VALUE'],
      ['o', 'operate with the key'],
      ['r', 'rotate the key that is looked at'],
      ['a', 'activate it'],
      ['s, u', 'suspend it, resume it'],
      ['d', 'deactivate it'],
      ['c', 'mark it as compromised'],
      ['x, z', 'destroy it, cancel its destruction'],
    ],
  },
  {
    place: 'Forms',
    bindings: [
      ['Up, Down, Tab', 'another field'],
      ['Left, Right, Space', 'another value of a choice; within a text, the caret'],
      ['Enter', 'run, after a question where something cannot be taken back'],
      ['Esc', 'leave the form'],
    ],
  },
  {
    place: 'Questions',
    bindings: [
      ['y', 'yes'],
      ['n, Esc', 'no'],
    ],
  },
  {
    place: 'Results',
    bindings: [
      ['e', 'bytes in another encoding'],
      ['w', 'write the bytes to a new file'],
    ],
  },
  {
    place: 'Approvals',
    bindings: [
      ['a', 'approve, with your key'],
      ['d', 'deny'],
      ['c', 'cancel what you asked for'],
      ['f', 'those that wait, or all'],
    ],
  },
  {
    place: 'Audit',
    bindings: [
      ['/', 'filter: part of an operation, outcome=, phase=, principal=, resource=, error='],
      ['o', 'also the records that these screens leave by looking'],
      ['w', 'write the receipt of the record that is looked at'],
    ],
  },
]);
