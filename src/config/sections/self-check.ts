import { z } from 'zod';
import { formatAddress, type IpAddress, parseAddress } from '../../ip/address.ts';
import { limits } from '../../runtime/limits.ts';
import type { SelfCheck, SelfReference } from '../model.ts';
import { percentage } from '../quantities.ts';
import { duration, parseSocketAddress, reading } from '../values.ts';

const referenceWanted = '`tcp ADDRESS:PORT` or `icmp ADDRESS`, such as "tcp 192.0.2.1:443"';
const referencesWanted = `a list of at most ${limits.selfReferences} checks`;

const mapping = z.strictObject({
  share: percentage('51%', '100%')
    .prefault('80%')
    .describe('Of the endpoints that were up, and of their regions: so many fall silent at once.'),
  window: duration('1s', '1h').prefault('30s').describe('Within which they do.'),
  references: z
    .array(reading(referenceWanted, parseReference), { error: referencesWanted })
    .max(limits.selfReferences, { error: referencesWanted })
    .default([])
    .describe(
      'What is there whatever happens to the endpoints; while most of it answers, the node is not cut off.',
    ),
  ttl: duration('1s', '1h', '1s')
    .prefault('5s')
    .describe('The longest TTL while the node is cut off; that of a policy may be shorter.'),
  max: duration('10s', '24h')
    .prefault('10m')
    .describe('After so long the node gives in and takes what its probes say for true.'),
});

/** `false`, or how a node notices that it is cut off itself. */
export const selfCheckSchema = z
  .union([z.literal(false), mapping], { error: 'false, or a mapping with `references`' })
  .prefault({})
  .describe('How the node notices that it, and not every endpoint, is cut off. False: not at all.');

/** Undefined: the node does not doubt itself. */
export function resolveSelfCheck(input: z.output<typeof selfCheckSchema>): SelfCheck | undefined {
  if (input === false) return undefined;
  const { share, window, references, ttl, max } = input;
  return { share, windowMs: window, references, ttlSeconds: ttl / 1_000, maxMs: max };
}

function parseReference(text: string): SelfReference | undefined {
  const [type, place, ...rest] = text.trim().split(/\s+/);
  if (place === undefined || rest.length > 0) return undefined;
  if (type === 'icmp') {
    const address = parseAddress(place);
    return address && referenceOf(type, { address, port: 0 });
  }
  const socket = type === 'tcp' ? parseSocketAddress(place) : undefined;
  return socket === undefined || socket.port === 0 ? undefined : referenceOf('tcp', socket);
}

function referenceOf(
  type: SelfReference['type'],
  { address, port }: { readonly address: IpAddress; readonly port: number },
): SelfReference {
  const shown = formatAddress(address);
  const place = type === 'icmp' ? shown : address.family === 6 ? `[${shown}]:${port}` : `${shown}:${port}`;
  return { name: `${type} ${place}`, type, address, port };
}
