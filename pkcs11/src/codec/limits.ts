/** What one peer may make this process hold. */
export interface FrameLimits {
  /** Of a body, in bytes. A larger one is skipped and refused. */
  readonly bodyBytes: number;
  /** Of the options, in bytes: the stock client sends the name of its module. */
  readonly optionBytes: number;
}

export const frameLimits: FrameLimits = { bodyBytes: 16 << 20, optionBytes: 1 << 10 };

/** Attributes of one message, nested ones included: each takes some twenty times the memory of its shortest wire form. */
export const maximumAttributes = 4096;

/** Templates in templates; p11-kit's own limit since CVE-2026-13757. */
export const maximumNesting = 8;
