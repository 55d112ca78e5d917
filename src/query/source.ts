/** Over what a query came; also the first axis of the query counters. */
export const Transport = { UDP: 0, TCP: 1, TLS: 2 } as const;
export type Transport = (typeof Transport)[keyof typeof Transport];

/**
 * Who asks: one object per worker, overwritten for each packet so that nothing is allocated.
 * An IPv4 address is in `w0`; an IPv6 address in `w0` (first 32 bits) … `w3`. Words are unsigned.
 */
export class QuerySource {
  family: 4 | 6 = 4;
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  port = 0;
  transport: Transport = Transport.UDP;
}
