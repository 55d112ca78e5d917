import { Flag, RrClass, rcodeName, typeName } from '../dns/constants.ts';
import { formatName } from '../dns/names.ts';
import { formatAddress } from '../ip/address.ts';
import { countedTransports } from '../query/counters.ts';
import type { LogFormat } from './format.ts';
import type { NameBook } from './names.ts';
import { type Addresses, loggedBits, maskedAddress } from './privacy.ts';
import type { LogRecord } from './record.ts';

/** One JSON object a line. `docs/operators/query-log.md` says what each key means. */
export class JsonLines implements LogFormat {
  readonly frames = undefined;
  private readonly names: NameBook;
  private readonly addresses: Addresses;

  constructor(names: NameBook, addresses: Addresses) {
    this.names = names;
    this.addresses = addresses;
  }

  /** All of it is ASCII: names are escaped as in master files, those of the config have no other letters. */
  write(record: LogRecord, out: Buffer, at: number): number {
    return at + out.write(`${JSON.stringify(this.describe(record))}\n`, at, 'latin1');
  }

  private describe(record: LogRecord): object {
    const { names, addresses } = this;
    const asked = record.nameLength > 0;
    return {
      time: new Date(record.timeMs).toISOString(),
      transport: countedTransports[record.transport],
      ...describeClient(record, addresses),
      name: asked ? formatName(record.name.subarray(0, record.nameLength)) : null,
      type: asked ? typeName(record.type) : null,
      class: asked ? className(record.class) : null,
      rcode: rcodeName(record.rcode),
      flags: flagNames.filter(([, bit]) => (record.flags & bit) !== 0).map(([name]) => name),
      size: record.answerBytes,
      udpSize: record.edns ? record.udpBytes : undefined,
      do: record.edns ? record.dnssecOk : undefined,
      ...describeSubnet(record, addresses),
      policy: names.policy(record.generation, record.policy),
      region: names.region(record.generation, record.region),
      generation: record.generation,
    };
  }
}

/** A port narrows a cut address down again, so it goes with the rest of it. */
function describeClient({ family, client, port }: LogRecord, addresses: Addresses): object {
  const bits = loggedBits(family, client, addresses);
  const text = formatAddress({ family, bytes: maskedAddress(family, client, bits) });
  return addresses === 'full' ? { client: text, port } : { client: `${text}/${bits}` };
}

function describeSubnet(record: LogRecord, addresses: Addresses): object {
  const family = record.subnetFamily;
  if (family === 0) return {};
  const bits = Math.min(record.subnetSource, loggedBits(family, record.subnet, addresses));
  const text = formatAddress({ family, bytes: maskedAddress(family, record.subnet, bits) });
  return { subnet: `${text}/${bits}`, scope: record.subnetScope };
}

function className(value: number): string {
  return classNames.get(value) ?? `CLASS${value}`;
}

const classNames = new Map<number, string>(Object.entries(RrClass).map(([name, value]) => [value, name]));

const flagNames = (['AA', 'TC', 'RD', 'AD', 'CD'] as const).map(
  (name) => [name.toLowerCase(), Flag[name]] as const,
);
