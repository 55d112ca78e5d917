import { parseClientSubnet } from './client-subnet.ts';
import { EdnsOption } from './constants.ts';
import { Asked, Parsed, type Query } from './query.ts';

/**
 * Reads an OPT record from its class field at `at` to its end (RFC 6891 §6.1). Unknown options are skipped.
 * The record's bounds have been checked against the packet. BADVERS has read none.
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
    } else if (!noteOption(code, data, length, query)) return Parsed.FORMERR;
  }
  return Parsed.OK;
}

/** Notes an option that asks for something; nothing is copied. False when it is malformed. */
function noteOption(code: number, data: number, length: number, query: Query): boolean {
  switch (code) {
    case EdnsOption.NSID:
      query.options |= Asked.NSID;
      return true;
    case EdnsOption.COOKIE:
      // RFC 7873 §5.2.2: a client cookie alone, or one with a server cookie of 8 to 32 bytes.
      if (length !== 8 && (length < 16 || length > 40)) return false;
      // RFC 7873 §5.2: of several only the first is considered.
      if ((query.options & Asked.COOKIE) !== 0) return true;
      query.options |= Asked.COOKIE;
      query.cookieAt = data;
      query.cookieLength = length;
      return true;
    case EdnsOption.KEEPALIVE:
      query.options |= Asked.KEEPALIVE;
      return true;
    case EdnsOption.PADDING:
      query.options |= Asked.PADDING;
      return true;
    default:
      return true;
  }
}
