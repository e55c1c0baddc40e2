const ipv4Loopback = /^127(?:\.(?:0|[1-9]\d{0,2})){3}$/;

/** Whether an address is 127.0.0.0/8 (RFC 1122 section 3.2.1.3), ::1 (RFC 4291 section 2.5.3), or the former mapped into IPv6. */
export function isLoopback(address: string): boolean {
  if (address === '::1') return true;
  const mapped = address.toLowerCase().startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return ipv4Loopback.test(mapped);
}
