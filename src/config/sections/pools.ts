import { z } from 'zod';
import { formatAddress, type IpAddress, parseAddress } from '../../ip/address.ts';
import { limits } from '../../runtime/limits.ts';
import type { Findings, Named } from '../findings.ts';
import { readItem } from '../items.ts';
import type { Endpoint, Monitor, Pool, Region } from '../model.ts';
import { probePlace, tellUncheckable } from '../probe-place.ts';
import type { Path } from '../source.ts';
import { integer, name, percentage, reading, reference } from '../values.ts';
import { showName } from '../wording.ts';

const endpointsWanted = `a list of 1 to ${limits.endpointsPerPool} endpoints`;

const endpointSchema = z
  .strictObject(
    {
      name: name().describe('Name of the endpoint, unique in its pool.'),
      region: reference('the name of a region').describe('The region that the endpoint stands in.'),
      address: reading('an IPv4 or IPv6 address that a client can connect to', parseEndpointAddress).describe(
        'What clients are answered: IPv4 for A, IPv6 for AAAA.',
      ),
      weight: integer(0, 1_000)
        .default(1)
        .describe('Share among the endpoints that may answer; 0 takes no share while any other is up.'),
      probe: probePlace()
        .optional()
        .describe("Where the monitor checks: address, or address and port. Default: the endpoint's address."),
    },
    { error: 'a mapping with `name`, `region` and `address`' },
  )
  .describe('An address in a region.');

const poolKeys = {
  monitor: reference('the name of a monitor')
    .optional()
    .describe('What checks the endpoints. Without one they count as up.'),
  'min-up': percentage('1%', '100%')
    .optional()
    .describe("Least share of a region's weight that is not down; with less, all of the region is."),
};
const poolError = { error: 'a mapping with `endpoints`' };

export const poolSchema = z
  .strictObject(
    { ...poolKeys, endpoints: endpoints(endpointSchema).describe('The endpoints of the pool.') },
    poolError,
  )
  .describe('The endpoints of one service.');

/** A pool whose endpoints are read one by one, so that a fault in one hides none in another. */
const poolShell = z.strictObject({ ...poolKeys, endpoints: endpoints(z.unknown()) }, poolError);

function endpoints<S extends z.ZodType>(schema: S) {
  return z
    .array(schema, { error: endpointsWanted })
    .min(1, { error: endpointsWanted })
    .max(limits.endpointsPerPool, { error: endpointsWanted });
}

type EndpointInput = z.output<typeof endpointSchema>;

export interface PoolInput {
  readonly monitor?: string | undefined;
  readonly 'min-up'?: number | undefined;
  /** Undefined where the endpoint's faults left nothing usable. */
  readonly endpoints: readonly (EndpointInput | undefined)[];
}

export function readPool(raw: unknown, path: Path, findings: Findings): PoolInput | undefined {
  const shell = readItem(poolShell, raw, path, findings);
  return (
    shell && {
      ...shell,
      endpoints: shell.endpoints.map((item, i) =>
        readItem(endpointSchema, item, [...path, 'endpoints', i], findings),
      ),
    }
  );
}

/** Faulty endpoints are left out: the indexes of the rest hold only when there was no error. */
export function resolvePool(
  name: string,
  input: PoolInput,
  regions: Named<Region>,
  monitors: Named<Monitor>,
  findings: Findings,
): Pool {
  const path = ['pools', name];
  if (input.monitor !== undefined)
    findings.reference('monitor', input.monitor, monitors, [...path, 'monitor']);
  const monitor = input.monitor === undefined ? undefined : monitors.get(input.monitor)?.item;
  const once = new Once(findings);
  const resolved: Endpoint[] = [];
  for (const [i, endpoint] of input.endpoints.entries()) {
    if (endpoint === undefined) continue;
    const at = [...path, 'endpoints', i];
    once.claim('endpoint', endpoint.name, endpoint.name, [...at, 'name']);
    once.claim('address', formatAddress(endpoint.address), endpoint.name, [...at, 'address']);
    const region = findings.reference('region', endpoint.region, regions, [...at, 'region']) ?? 0;
    const { name, address, weight } = endpoint;
    const probe = endpoint.probe ?? { address, port: undefined };
    if (endpoint.probe !== undefined && input.monitor === undefined) {
      findings.warning(
        'CONFIG_UNUSED',
        [...at, 'probe'],
        `\`probe\` has no use: pool ${showName(path[1]!)} has no monitor`,
      );
    }
    if (monitor !== undefined) {
      const place = [...at, endpoint.probe === undefined ? 'address' : 'probe'];
      tellUncheckable(`endpoint ${showName(name)}`, probe, monitor, { whole: at, place }, findings);
    }
    resolved.push({ name, region, address, host: undefined, weight, probe });
  }
  const minUp = input['min-up'];
  if (minUp !== undefined && input.monitor === undefined) {
    const message = `\`min-up\` has no use: pool ${showName(name)} has no monitor`;
    findings.warning('CONFIG_UNUSED', [...path, 'min-up'], message, 'key');
  }
  return { name, monitor, endpoints: resolved, minUp, floor: undefined, rampMs: undefined, capacities: [] };
}

/** Tells a name or an address that a pool holds twice; equal addresses would be equal records in one answer. */
class Once {
  private readonly owners = new Map<string, string>();
  private readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  claim(kind: 'endpoint' | 'address', value: string, owner: string, path: Path): void {
    const first = this.owners.get(`${kind} ${value}`);
    if (first === undefined) this.owners.set(`${kind} ${value}`, owner);
    else if (kind === 'endpoint')
      this.findings.error('CONFIG_DUPLICATE', path, `endpoint ${showName(value)} stands twice in its pool`);
    else
      this.findings.error(
        'CONFIG_DUPLICATE',
        path,
        `address ${value} is that of endpoint ${showName(first)} already`,
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

function isLoopback(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 15).every((byte) => byte === 0) && bytes[15] === 1;
}
