export interface ReceiptParts {
  readonly leaf: Uint8Array;
  readonly index: number;
  /** RFC 6962 audit path, from the leaf's sibling up. */
  readonly path: readonly Buffer[];
  /** The signed checkpoint. */
  readonly note: string;
}

/** C2SP tlog-proof, with the leaf as its extra data: one text that is verified with the log's public keys alone. */
export function formatReceipt({ leaf, index, path, note }: ReceiptParts): string {
  const lines = [
    'c2sp.org/tlog-proof@v1',
    `extra ${Buffer.from(leaf).toString('base64')}`,
    `index ${index}`,
    ...path.map((hash) => hash.toString('base64')),
  ];
  return `${lines.join('\n')}\n\n${note}`;
}
