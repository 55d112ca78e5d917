/** A PROXY header, version 2, as a balancer writes it; `rest` is all that comes after the length. */
export function proxyHeader(command: number, family: number, rest: readonly number[] | Uint8Array): Buffer {
  const fixed = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, command, family];
  return Buffer.from([...fixed, rest.length >>> 8, rest.length & 0xff, ...rest]);
}

/** The client 203.0.113.7:4711 that asked 192.0.2.1:53 over TCP. */
export const proxied4 = proxyHeader(0x21, 0x11, [203, 0, 113, 7, 192, 0, 2, 1, 0x12, 0x67, 0, 53]);

const client6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9];

/** The client 2001:db8::9 over UDP, with an unknown TLV behind the addresses. */
export const proxied6 = proxyHeader(0x21, 0x22, [
  ...client6,
  ...Array<number>(16).fill(1),
  ...[0x12, 0x67, 0, 53],
  ...[0xe0, 0, 2, 0xaa, 0xbb],
]);

/** 203.0.113.7:4711 again, from a balancer whose socket takes both families. */
export const mapped4 = proxyHeader(0x21, 0x21, [
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 203, 0, 113, 7],
  ...Array<number>(16).fill(1),
  ...[0x12, 0x67, 0, 53],
]);

/** A balancer's own health check. */
export const local = proxyHeader(0x20, 0, []);
