import { randomUUID } from 'node:crypto';
import { version } from '../generated/version.ts';
import { isoTime } from '../named-key.ts';
import { algorithmReference, algorithmsOf, sealingAlgorithm } from './cyclonedx-algorithm.ts';
import { keyComponent, keyReference } from './cyclonedx-key.ts';
import type { Inventory } from './inventory.ts';

const sidecarReference = 'ferrohsm-sidecar';

/** The inventory as a cryptography bill of materials: CycloneDX 1.6, JSON. */
export function cyclonedx({ asOf, keys }: Inventory): object {
  const versions = keys.flatMap((key) => key.versions.map((each) => ({ key, each })));
  const algorithms = [...algorithmsOf(versions.map(({ each }) => each)), sealingAlgorithm];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${randomUUID()}`,
    version: 1,
    metadata: {
      timestamp: isoTime(asOf),
      lifecycles: [{ phase: 'operations' }],
      tools: { components: [{ type: 'application', name: 'ferrohsm', version }] },
      component: { type: 'application', 'bom-ref': sidecarReference, name: 'FerroHSM sidecar' },
    },
    components: [...algorithms, ...versions.map(({ key, each }) => keyComponent(key, each))],
    dependencies: [
      { ref: sidecarReference, dependsOn: versions.map(({ key, each }) => keyReference(key, each)) },
      ...versions.map(({ key, each }) => ({
        ref: keyReference(key, each),
        dependsOn: [algorithmReference(each), sealingAlgorithm['bom-ref']],
      })),
    ],
  };
}
