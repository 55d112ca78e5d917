import { EdnsOption } from '../dns/constants.ts';
import { Asked } from '../dns/query.ts';
import type { QueryContext } from './context.ts';
import { COOKIE_BYTES } from './cookie.ts';
import { type QuerySource, Transport } from './source.ts';

/**
 * Adds to the reply what the query's options ask for, cookie, NSID, keepalive and padding, each where it applies; notes
 * whether the cookie proves the address. Options that we don't know are passed over (RFC 6891 §6.1.2).
 */
export function addOptions(packet: Uint8Array, source: QuerySource, context: QueryContext): void {
  const { query, reply, settings, cookies } = context;
  const asked = query.options;
  if ((asked & Asked.COOKIE) !== 0 && cookies.enabled) {
    const at = reply.addOption(EdnsOption.COOKIE, COOKIE_BYTES);
    context.cookieValid = cookies.answer(packet, query, source, context.nowSeconds, reply.options, at);
  }
  if ((asked & Asked.NSID) !== 0 && settings.nsid.length > 0) {
    const at = reply.addOption(EdnsOption.NSID, settings.nsid.length);
    for (let i = 0; i < settings.nsid.length; i++) reply.options[at + i] = settings.nsid[i]!;
  }
  // RFC 7828 §3.3.1: over UDP the option is ignored. §3.1: the time-out is told in units of 100 ms.
  if ((asked & Asked.KEEPALIVE) !== 0 && source.transport !== Transport.UDP) {
    const at = reply.addOption(EdnsOption.KEEPALIVE, 2);
    const units = Math.min(0xffff, Math.floor(context.tcpIdleMs / 100));
    reply.options[at] = units >>> 8;
    reply.options[at + 1] = units & 0xff;
  }
  // RFC 7830 §6: padding hides sizes where the rest is hidden, and is waste elsewhere.
  if ((asked & Asked.PADDING) !== 0 && source.transport === Transport.TLS) reply.pad();
}
