import { EDNS_DO, EdnsOption, Flag, RrType } from '../dns/constants.ts';
import { type Addresses, loggedBits, maskedAddress } from './privacy.ts';
import type { LogRecord } from './record.ts';

/**
 * Writes the answer's frame as a DNS message: header with the real flags and response code, question, OPT with the
 * client subnet cut as told. Made from the record, so that nothing of the packet (cookies, odd options, the whole
 * subnet) can slip into a log; for the same reason it holds no records. Returns its length.
 */
export function writeResponseMessage(record: LogRecord, addresses: Addresses, out: Uint8Array): number {
  const asked = record.nameLength > 0;
  const flags = record.flags | Flag.QR | (record.rcode & 0xf);
  const counts = [0, asked ? 1 : 0, 0, 0, 0, 0, 0, record.edns ? 1 : 0];
  out.set([record.id >>> 8, record.id & 0xff, flags >>> 8, flags & 0xff, ...counts]);
  let at = 12;
  if (asked) {
    out.set(record.name.subarray(0, record.nameLength), at);
    at += record.nameLength;
    out.set([record.type >>> 8, record.type & 0xff, record.class >>> 8, record.class & 0xff], at);
    at += 4;
  }
  if (!record.edns) return at;
  const subnet = subnetOption(record, addresses);
  const { udpBytes, rcode } = record;
  const edns = [udpBytes >>> 8, udpBytes & 0xff, rcode >>> 4, 0, record.dnssecOk ? EDNS_DO >>> 8 : 0, 0];
  const opt = [0, 0, RrType.OPT, ...edns, 0, subnet.length, ...subnet];
  out.set(opt, at);
  return at + opt.length;
}

/** RFC 7871 §6, with its code and length. */
function subnetOption(record: LogRecord, addresses: Addresses): number[] {
  const family = record.subnetFamily;
  if (family === 0) return [];
  const source = Math.min(record.subnetSource, loggedBits(family, record.subnet, addresses));
  const address = maskedAddress(family, record.subnet, source).subarray(0, (source + 7) >>> 3);
  const head = [0, EdnsOption.CLIENT_SUBNET, 0, 4 + address.length, 0, family === 4 ? 1 : 2];
  return [...head, source, record.subnetScope, ...address];
}
