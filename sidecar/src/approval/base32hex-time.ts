/** A time as text that sorts like it: RFC 4648 base32hex digits, the most significant first. */
export function base32hexTime(timeMs: number, digits: number): string {
  return timeMs.toString(32).padStart(digits, '0').slice(-digits);
}
