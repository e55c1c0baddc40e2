import { type BodyReader, malformed } from './body-reader.ts';
import type { BodyWriter } from './body-writer.ts';
import { carriedParameter } from './carried-mechanisms.ts';
import { CKR } from './constants/return-values.ts';
import { type MechanismParameter, type ParameterKind, readParameter, writeParameter } from './mechanism-parameters.ts';
import { CryptokiRefusal } from './refusal.ts';

/** CK_MECHANISM. */
export interface CkMechanism {
  /** CKM_... */
  readonly mechanism: number;
  readonly parameter: MechanismParameter | undefined;
}

/** In place of the type: the NULL pointer that cancels an operation. */
const nullMechanism = 0xffff_ffff;

/**
 * `M`, in the encoding of the version that the client offered. To 0.25.5 (versions 0 and 1) a mechanism without parameter
 * is followed by a NULL byte array and one with parameter by the parameter at once. From 0.25.6 on (version 2) the first is
 * followed by nothing and the other by a byte that says whether the parameter is there.
 */
export function readMechanism(reader: BodyReader): CkMechanism | null {
  const mechanism = reader.uint32();
  if (mechanism === nullMechanism) return null;
  const kind = carriedParameter(mechanism);
  const parameter = reader.version < 2 ? readBare(reader, kind) : readFlagged(reader, mechanism, kind);
  return { mechanism, parameter };
}

export function writeMechanism(writer: BodyWriter, value: CkMechanism | null): void {
  writer.uint32(value === null ? nullMechanism : value.mechanism);
  if (value === null) return;
  if (writer.version < 2) writeBare(writer, value);
  else writeFlagged(writer, value);
}

function readBare(reader: BodyReader, kind: ParameterKind | 'none' | undefined): MechanismParameter | undefined {
  if (kind !== undefined && kind !== 'none') return readParameter(reader, kind);
  const bytes = reader.byteArray();
  if (bytes === null) return undefined;
  if (kind === 'none') throw new CryptokiRefusal(CKR.MECHANISM_PARAM_INVALID, 'the mechanism has no parameter');
  // Of a type that nobody here knows: read over, for whoever serves the call to refuse it.
  return { kind: 'BYTES', bytes };
}

function writeBare(writer: BodyWriter, { mechanism, parameter }: CkMechanism): void {
  const kind = carriedParameter(mechanism) ?? 'BYTES';
  if (parameter !== undefined && parameter.kind === kind) writeParameter(writer, parameter);
  else if (parameter === undefined && (kind === 'none' || kind === 'BYTES')) writer.byteArray(null);
  else throw wrongParameter(mechanism);
}

function readFlagged(
  reader: BodyReader,
  mechanism: number,
  kind: ParameterKind | 'none' | undefined,
): MechanismParameter | undefined {
  if (kind === undefined) {
    // Whether anything follows is in the lists of both sides alone.
    throw new CryptokiRefusal(CKR.MECHANISM_INVALID, `unknown mechanism 0x${mechanism.toString(16)}`);
  }
  if (kind === 'none') return undefined;
  const flag = reader.byte();
  if (flag > 1) throw malformed(`${flag} for whether a mechanism has a parameter`);
  return flag === 1 ? readParameter(reader, kind) : undefined;
}

function writeFlagged(writer: BodyWriter, { mechanism, parameter }: CkMechanism): void {
  const kind = carriedParameter(mechanism);
  if (kind === undefined || (parameter !== undefined && parameter.kind !== kind)) throw wrongParameter(mechanism);
  if (kind === 'none') return;
  writer.byte(parameter === undefined ? 0 : 1);
  if (parameter !== undefined) writeParameter(writer, parameter);
}

function wrongParameter(mechanism: number): TypeError {
  return new TypeError(`mechanism 0x${mechanism.toString(16)} does not travel with this parameter`);
}
