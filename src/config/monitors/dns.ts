import { z } from 'zod';
import { Rcode, RrType, typeNumber } from '../../dns/constants.ts';
import { parseName, type WireName } from '../../dns/names.ts';
import { formatAddress, parseAddress } from '../../ip/address.ts';
import type { DnsCheck } from '../check-model.ts';
import { choice, reading, text } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';

const usualPort = 53;
/** What answers in a header alone can say; extended codes need more than a plain question. */
const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

export const dnsSchema = z
  .strictObject({
    type: z.literal('dns').describe('Checks by a DNS question.'),
    ...monitorKeys(usualPort),
    name: reading('a domain name', readDomain).describe('The name that is asked for.'),
    qtype: reading('a record type such as A, SOA or TYPE65', readType)
      .prefault('A')
      .describe('The record type that is asked for.'),
    transport: choice(['udp', 'tcp']).default('udp').describe('How the question is sent.'),
    rcode: choice(rcodes).default('NOERROR').describe('The response code that counts as success.'),
    answer: text('text of 1 to 255 characters on one line')
      .max(255, { error: 'text of 1 to 255 characters on one line' })
      .optional()
      .describe('The data that one record of the asked type must have, such as an address.'),
  })
  .describe('A check by a DNS question.');

export function resolveDnsCheck(
  input: z.output<typeof dnsSchema>,
  { path, findings }: MonitorContext,
): DnsCheck {
  const { name, qtype, transport, answer } = input;
  const address = answer === undefined ? undefined : parseAddress(answer);
  const family = { [RrType.A]: 4, [RrType.AAAA]: 6 }[qtype];
  if (answer !== undefined && family !== undefined && address?.family !== family) {
    findings.error(
      'CONFIG_VALUE',
      [...path, 'answer'],
      `\`answer\` is not an IPv${family} address, which \`qtype\` asks for`,
    );
  }
  return {
    type: 'dns',
    port: input.port ?? usualPort,
    name,
    qtype,
    transport,
    rcode: Rcode[input.rcode],
    answer: address === undefined ? answer : formatAddress(address),
  };
}

function readDomain(written: string): WireName | undefined {
  const parsed = parseName(written);
  return parsed.ok ? parsed.name : undefined;
}

/** ANY is answered minimally by many (RFC 8482); the others are not questions about records. */
function readType(written: string): number | undefined {
  const type = typeNumber(written);
  const meta = type === RrType.OPT || (type !== undefined && type >= RrType.TKEY && type <= RrType.ANY);
  return type === 0 || meta ? undefined : type;
}
