import { formatAddress, type IpAddress, parseAddress } from '../ip/address.ts';
import type { Findings } from './findings.ts';
import type { Monitor } from './model.ts';
import type { Path } from './source.ts';
import { parseSocketAddress, reading } from './values.ts';
import { showName } from './wording.ts';

/** Where a monitor checks; the port is that of the monitor when undefined here. */
export interface ProbePlace {
  readonly address: IpAddress | undefined;
  readonly port: number | undefined;
}

/** `10.1.0.7` or `10.1.0.7:8080`. */
export function probePlace() {
  return reading('an IP address, or one with a port, such as "10.1.0.7:8080" or "[::1]:8080"', parse);
}

/** Tells what keeps a monitor from checking there. `who`: `endpoint NAME`; `path`: of what is said of it, and of the place. */
export function tellUncheckable(
  who: string,
  { address, port }: ProbePlace,
  monitor: Monitor,
  path: { readonly whole: Path; readonly place: Path },
  findings: Findings,
): void {
  if (monitor.check.port === undefined && port === undefined) {
    const message = `${who} has no port to check: neither its \`probe\` nor ${monitor.check.type} monitor ${showName(monitor.name)} names one`;
    findings.error('CONFIG_MISSING', path.whole, message);
  }
  for (const source of sourcesOf(monitor)) {
    if (address === undefined || source.family === address.family) continue;
    const message = `${who} is checked at ${formatAddress(address)}, which cannot be reached from IPv${source.family} address ${formatAddress(source)}, the \`source\` of monitor ${showName(monitor.name)}`;
    findings.error('CONFIG_VALUE', path.place, message);
  }
}

/** Its own, or those of its parts. */
function sourcesOf({ source, check }: Pick<Monitor, 'source' | 'check'>): IpAddress[] {
  const own = source === undefined ? [] : [source];
  return 'parts' in check ? [...own, ...check.parts.flatMap(sourcesOf)] : own;
}

function parse(text: string): { address: IpAddress; port: number | undefined } | undefined {
  const address = parseAddress(text);
  if (address !== undefined) return { address, port: undefined };
  const socket = parseSocketAddress(text);
  return socket === undefined || socket.port === 0 ? undefined : socket;
}
