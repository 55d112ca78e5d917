import { extendedError, InfoCode } from '../dns/extended-errors.ts';
import { limits } from '../runtime/limits.ts';

/** What answers say about themselves to those who speak EDNS. */
export const reasons = {
  /** The worker has not been given a snapshot. */
  notReady: extendedError(InfoCode.NOT_READY, 'no zone is loaded yet'),
  outside: extendedError(InfoCode.NOT_AUTHORITATIVE, 'the name is in no zone of this server'),
  transfer: extendedError(InfoCode.NOT_SUPPORTED, 'zone transfers are not served'),
  metaType: extendedError(InfoCode.NOT_SUPPORTED, 'no records have this type'),
  class: extendedError(InfoCode.NOT_SUPPORTED, 'only class IN is served'),
  chaosName: extendedError(InfoCode.NOT_AUTHORITATIVE, 'class CH knows no such name here'),
  /** The operator said `off`. */
  chaosOff: extendedError(InfoCode.PROHIBITED, 'this server does not tell that'),
  /*
   * All endpoints are down. What was up last is an answer kept beyond its time, which is what Stale Answer means. The
   * others have no code: No Reachable Authority and Network Error speak of name servers, which are fine here, and would
   * send whoever looks for the fault to the wrong place.
   */
  lastGood: extendedError(InfoCode.STALE_ANSWER, 'no endpoint is healthy; these were the last that were'),
  serveAll: extendedError(InfoCode.OTHER, 'no endpoint is healthy; the answer ignores health'),
  noEndpoint: extendedError(InfoCode.OTHER, 'no endpoint is healthy'),
  unresolved: extendedError(InfoCode.OTHER, 'no endpoint has a known address'),
  frozen: extendedError(InfoCode.STALE_ANSWER, 'too few endpoints would be left; those of before are kept'),
  isolated: extendedError(
    InfoCode.STALE_ANSWER,
    'this server is cut off from the endpoints; those of before are kept',
  ),
  residency: extendedError(InfoCode.PROHIBITED, 'no region that may serve this client can'),
  betweenWriters: extendedError(InfoCode.OTHER, 'the name moves from one writer to another'),
  behind: extendedError(InfoCode.OTHER, 'no endpoint is both healthy and caught up'),
  geoStale: extendedError(InfoCode.OTHER, `geo data is older than ${limits.geoStaleDays} days`),
} as const;
