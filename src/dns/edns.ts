import { parseClientSubnet } from './client-subnet.ts';
import { EdnsOption } from './constants.ts';
import { Parsed, type Query } from './query.ts';

/**
 * Reads an OPT record from its class field at `at` to its end (RFC 6891 §6.1). Unknown options are skipped.
 * The record's bounds have been checked against the packet.
 */
export function parseOpt(packet: Uint8Array, at: number, end: number, query: Query): Parsed {
  query.edns = true;
  // RFC 6891 §6.2.3: values below 512 are read as 512.
  query.udpBytes = Math.max(512, (packet[at]! << 8) | packet[at + 1]!);
  query.dnssecOk = (packet[at + 4]! & 0x80) !== 0;
  const version = packet[at + 3]!;
  if (version !== 0) return Parsed.BADVERS;
  let option = at + 8;
  while (option < end) {
    if (option + 4 > end) return Parsed.FORMERR;
    const code = (packet[option]! << 8) | packet[option + 1]!;
    const length = (packet[option + 2]! << 8) | packet[option + 3]!;
    const data = option + 4;
    option = data + length;
    if (option > end) return Parsed.FORMERR;
    if (code === EdnsOption.CLIENT_SUBNET) {
      // A second one is malformed: we could not say which of them an answer was made for.
      if (query.subnet || !parseClientSubnet(packet, data, length, query)) return Parsed.FORMERR;
    }
  }
  return Parsed.OK;
}
