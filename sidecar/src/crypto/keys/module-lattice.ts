import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { KeyFormat } from '../../generated/types.ts';
import type { KeyFamily } from './key-family.ts';
import { nativeFamily } from './native-family.ts';
import { requireEmbeddedPublicKey } from './pairwise.ts';
import { seedOf, seedStorage } from './part-storage.ts';
import { dataInvalid, decoding } from './refusal.ts';

/** ML-KEM or ML-DSA. Native import and export know keys with a seed only; expanded keys come and go as PKCS#8. */
export function moduleLattice(asymmetricKeyType: string): KeyFamily {
  return nativeFamily({
    parameters: [],
    storage: seedStorage(asymmetricKeyType),
    publicFormat: 'spki',
    checkPrivate: requireEmbeddedPublicKey,
    importFallback: (format, data) => (format === 'pkcs8' ? importExpanded(data, asymmetricKeyType) : undefined),
    exportFallback: exportExpanded,
  });
}

/** OpenSSL refuses an expanded key whose parts do not fit each other. */
function importExpanded(data: Uint8Array, asymmetricKeyType: string): KeyObject {
  const part = decoding('expanded private key', () =>
    createPrivateKey({ key: data as Buffer, format: 'der', type: 'pkcs8' }),
  );
  if (part.asymmetricKeyType !== asymmetricKeyType) throw dataInvalid('key of another algorithm');
  return part;
}

function exportExpanded(format: KeyFormat, part: KeyObject): Uint8Array | undefined {
  if (format !== 'pkcs8') return undefined;
  const seed = seedOf(part);
  seed?.fill(0);
  return seed === undefined ? part.export({ format: 'der', type: 'pkcs8' }) : undefined;
}
