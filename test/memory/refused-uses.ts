import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import type { KnownSecrets } from './known-secrets.ts';

/** Secrets on ways that end in an error: each must be refused. */
export async function useRefused({ subtle }: FerroHsm, known: KnownSecrets): Promise<void> {
  const secret = (name: string, length = 32) => {
    const bytes = randomBytes(length);
    known.add(`refused ${name}`, bytes);
    return bytes;
  };
  const { privateKey } = generateKeyPairSync('ed25519');
  const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });
  known.addKey('refused pkcs8', 'pkcs8', pkcs8);
  const kek = await subtle.importKey('raw-secret', secret('kek'), 'AES-KW', false, ['wrapKey', 'unwrapKey']);
  const inner = await subtle.importKey('raw-secret', secret('wrapped'), 'AES-GCM', true, ['encrypt']);
  const wrapped = await subtle.wrapKey('raw', inner, kek, 'AES-KW');
  const refused = [
    subtle.importKey('raw-secret', secret('length', 33), 'AES-GCM', true, ['encrypt']),
    subtle.importKey('raw-secret', secret('usage'), 'AES-GCM', true, ['sign']),
    subtle.importKey('pkcs8', secret('structure'), 'Ed25519', true, ['sign']),
    subtle.importKey('pkcs8', pkcs8.subarray(0, -1), 'Ed25519', true, ['sign']),
    subtle.importKey('pkcs8', pkcs8, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']),
    subtle.importKey('raw-seed', secret('seed', 33), 'ML-DSA-65', true, ['sign']),
    subtle.importKey('raw-seed', secret('hybrid seed', 31), 'MLKEM768-X25519', true, ['decapsulateBits']),
    subtle.unwrapKey('pkcs8', wrapped, kek, 'AES-KW', 'Ed25519', true, ['sign']),
  ];
  const outcomes = await Promise.allSettled(refused);
  for (const [index, { status }] of outcomes.entries())
    if (status === 'fulfilled') throw new Error(`${index} was taken`);
}
