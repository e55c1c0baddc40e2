import type { Secret } from '../secret.ts';
import { Envelope } from './envelope.ts';
import type { GenerationVault } from './generation-secrets.ts';
import { deriveKek, openKek } from './kek.ts';
import type { Sealing } from './sealing.ts';
import type { StoreState } from './store-state.ts';

/**
 * The envelope of a store that exists, with the KEK of the earlier generation where a turnover is under way.
 *
 * @throws SidecarError `keystore_corrupt` when a generation secret that the state needs is missing
 */
export function openEnvelope(
  sealing: Sealing,
  rootKey: Secret,
  secrets: GenerationVault,
  { generation, turnover }: Pick<StoreState, 'generation' | 'turnover'>,
): Envelope {
  const kekOf = (wanted: number) => {
    using secret = secrets.read(wanted);
    return deriveKek(sealing, rootKey, secret, wanted);
  };
  const kek = kekOf(generation);
  const envelope = new Envelope(sealing, kek, generation);
  if (turnover === undefined) return envelope;
  const { from, earlierKek } = turnover;
  try {
    const place = { under: generation, of: from };
    const earlier = earlierKek === undefined ? kekOf(from) : openKek(sealing, kek, earlierKek, place);
    envelope.holdEarlier(earlier, from);
    return envelope;
  } catch (error) {
    envelope.close();
    throw error;
  }
}
