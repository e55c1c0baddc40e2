/** Why a witness does not cosign, as C2SP tlog-witness has it answered. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Of HTTP. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The old size is not that of the latest cosigned checkpoint, which the submitter is told. */
export class StaleSizeRefusal extends Refusal {
  /** Entries in the latest cosigned checkpoint, 0 when there is none. */
  readonly size: number;

  constructor(size: number) {
    super(409, `the latest cosigned size is ${size}`);
    this.size = size;
  }
}
