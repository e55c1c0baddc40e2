/** The contents of every PEM block with this label (RFC 7468), in their order. */
export function pemBlocks(text: string, label: string): Buffer[] {
  const blocks = text.matchAll(new RegExp(`-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----`, 'g'));
  return [...blocks].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

/** One block in the form that OpenSSL reads. */
export function pemBlock(content: Buffer, label: string): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
