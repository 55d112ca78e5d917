import { z } from 'zod';
import { formatName, parseName, type WireName } from '../../dns/names.ts';
import { formatAddress, type IpAddress, parseAddress } from '../../ip/address.ts';
import type { Findings, Named } from '../findings.ts';
import type { Endpoint, Monitor, Region } from '../model.ts';
import { probePlace, tellUncheckable } from '../probe-place.ts';
import type { Path } from '../source.ts';
import { integer, name, reading, reference } from '../values.ts';
import { showName } from '../wording.ts';

export const endpointSchema = z
  .strictObject(
    {
      name: name().describe('Name of the endpoint, unique in its pool.'),
      region: reference('the name of a region').describe('The region that the endpoint stands in.'),
      address: reading('an IPv4 or IPv6 address that a client can connect to', parseEndpointAddress)
        .describe('What clients are answered: IPv4 for A, IPv6 for AAAA. Either this or `host`, or both.')
        .optional(),
      host: reading('a domain name', parseHost)
        .optional()
        .describe(
          'Where CNAME, HTTPS, SVCB, SRV and MX lead. Without `address` A and AAAA are those of the host, looked up in the background.',
        ),
      weight: integer(0, 1_000)
        .default(1)
        .describe('Share among the endpoints that may answer; 0 takes no share while any other is up.'),
      probe: probePlace()
        .optional()
        .describe("Where the monitor checks: address, or address and port. Default: the endpoint's address."),
    },
    { error: 'a mapping with `name`, `region` and `address` or `host`' },
  )
  .superRefine(({ address, host }, context) => {
    if (address !== undefined || host !== undefined) return;
    const message = 'an IPv4 or IPv6 address, or `host`';
    context.addIssue({ code: 'custom', path: ['address'], message });
  })
  .describe('An address in a region.');

export type EndpointInput = z.output<typeof endpointSchema>;

/** What the endpoints of a pool are resolved against. */
export interface EndpointSurroundings {
  readonly pool: string;
  readonly regions: Named<Region>;
  /** Undefined also where it has faults. */
  readonly monitor: Monitor | undefined;
  readonly hasMonitor: boolean;
  readonly findings: Findings;
}

/**
 * Faulty endpoints are left out: the indexes of the rest hold only when there was no error. A region that is not defined
 * is −1.
 */
export function resolveEndpoints(
  inputs: readonly (EndpointInput | undefined)[],
  around: EndpointSurroundings,
): Endpoint[] {
  const once = new Once(around.findings);
  return inputs.flatMap((input, i) => {
    if (input === undefined) return [];
    const path = ['pools', around.pool, 'endpoints', i];
    once.claim('endpoint', input.name, input.name, [...path, 'name']);
    const { address, host } = input;
    if (address !== undefined)
      once.claim('address', formatAddress(address), input.name, [...path, 'address']);
    else if (host !== undefined) once.claim('host', formatName(host), input.name, [...path, 'host']);
    return [resolveEndpoint(input, path, around)];
  });
}

function resolveEndpoint(
  { name, address, host, weight, ...input }: EndpointInput,
  path: Path,
  { pool, regions, monitor, hasMonitor, findings }: EndpointSurroundings,
): Endpoint {
  const region = findings.reference('region', input.region, regions, [...path, 'region']) ?? -1;
  const probe = input.probe ?? { address, port: undefined };
  if (input.probe !== undefined && !hasMonitor) {
    const message = `\`probe\` has no use: pool ${showName(pool)} has no monitor`;
    findings.warning('CONFIG_UNUSED', [...path, 'probe'], message);
  }
  if (monitor !== undefined) {
    const place = [...path, input.probe === undefined ? 'address' : 'probe'];
    tellUncheckable(`endpoint ${showName(name)}`, probe, monitor, { whole: path, place }, findings);
  }
  return { name, region, address, host, weight, probe };
}

/** Tells a name or an address that a pool holds twice; equal addresses would be equal records in one answer. */
class Once {
  private readonly owners = new Map<string, string>();
  private readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  claim(kind: 'endpoint' | 'address' | 'host', value: string, owner: string, path: Path): void {
    const first = this.owners.get(`${kind} ${value}`);
    if (first === undefined) this.owners.set(`${kind} ${value}`, owner);
    else if (kind === 'endpoint')
      this.findings.error('CONFIG_DUPLICATE', path, `endpoint ${showName(value)} stands twice in its pool`);
    else
      this.findings.error(
        'CONFIG_DUPLICATE',
        path,
        `${kind} ${value} is that of endpoint ${showName(first)} already`,
      );
  }
}

/** Unspecified, multicast and mapped addresses lead no client anywhere (RFC 1122 §3.2.1.3, RFC 4291 §2). */
function parseEndpointAddress(text: string): IpAddress | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const { family, bytes } = address;
  if (family === 4) return bytes[0] === 0 || bytes[0]! >= 224 ? undefined : address;
  const unspecifiedOrMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && !isLoopback(bytes);
  return bytes[0] === 0xff || unspecifiedOrMapped ? undefined : address;
}

/** A host is found under its full name, with or without the dot at its end; the root is none. */
function parseHost(text: string): WireName | undefined {
  const parsed = parseName(text.endsWith('.') ? text : `${text}.`);
  return parsed.ok && parsed.name.length > 1 ? parsed.name : undefined;
}

function isLoopback(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
}
