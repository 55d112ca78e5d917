import type { IpAddress } from '../ip/address.ts';
import { unwrapIpv4 } from '../ip/embedded.ts';
import { type Prefix, prefixOf } from '../ip/prefix.ts';
import { Malformed, namingFile } from './bytes.ts';
import { DatabaseFile, type DatabaseInfo, dataOffset } from './database.ts';
import { FileBytes } from './file-bytes.ts';
import { isNotIpv6 } from './ipv4-blocks.ts';
import type { Place } from './place.ts';
import { RecordReader } from './record-reader.ts';
import { SearchTree } from './search-tree.ts';
import { isAsked } from './walk.ts';

/** What the databases say about an address. */
export interface Location {
  /** The address that was looked up: the IPv4 address for an IPv6 address that carries one. */
  readonly address: IpAddress;
  /** Undefined when no database places the address. */
  readonly placed: Placed | undefined;
  /** Undefined when no database tells its AS number. */
  readonly system: AutonomousSystem | undefined;
}

/** Which record says something. */
interface Source {
  readonly database: DatabaseInfo;
  /** The block of the record, in the family of the address that was looked up. */
  readonly prefix: Prefix;
}

export interface Placed extends Source {
  readonly place: Place;
}

export interface AutonomousSystem extends Source {
  readonly asn: number;
}

/**
 * Looks one address up by the rules of the geo map, for explanations: reads some dozens of pages of the files, now.
 * OperatorError GEO_INVALID when a file was replaced since `databases` were loaded: what it says now is not what the
 * map was made from.
 */
export function locate(databases: readonly DatabaseInfo[], address: IpAddress): Location {
  const client = unwrapIpv4(address) ?? address;
  let placed: Placed | undefined;
  let system: AutonomousSystem | undefined;
  for (const database of databases) {
    if (client.family === 6 && database.ipVersion === 4) continue;
    const found = locateIn(database, client);
    placed ??= found.placed;
    system ??= found.system;
  }
  return { address: client, placed, system };
}

type Found = Omit<Location, 'address'>;

function locateIn(loaded: DatabaseInfo, client: IpAddress): Found {
  const file = new DatabaseFile(loaded.path);
  try {
    return namingFile(loaded.path, () => {
      const { sizeBytes, modifiedMs } = file.info;
      if (sizeBytes !== loaded.sizeBytes || modifiedMs !== loaded.modifiedMs) {
        throw new Malformed('was replaced since it was loaded');
      }
      return readRecord(loaded, new FileBytes(file.descriptor, sizeBytes), client);
    });
  } finally {
    file.close();
  }
}

function readRecord(database: DatabaseInfo, bytes: FileBytes, client: IpAddress): Found {
  const tree = new SearchTree(bytes, database.nodeCount, database.recordSize);
  const { record, length } = findRecord(tree, database, client);
  if (record <= database.nodeCount) return { placed: undefined, system: undefined };
  const reader = new RecordReader(bytes, database.dataStart, database.dataEnd);
  reader.read(dataOffset(database, record));
  const source = { database, prefix: prefixOf(client, length) };
  const isPlaced = reader.placed && isAsked(database, 'place');
  return {
    placed: isPlaced ? { ...source, place: reader.place() } : undefined,
    system: reader.asn >= 0 ? { ...source, asn: reader.asn } : undefined,
  };
}

/** The leaf above an address, and how many bits lead to it; the empty record where the map looks up nothing. */
function findRecord(tree: SearchTree, database: DatabaseInfo, client: IpAddress) {
  const isIpv6 = client.family === 6;
  if (isIpv6 && isNotIpv6(...upperWords(client), 96)) return { record: tree.nodeCount, length: 96 };
  let record = isIpv6 || database.ipVersion === 4 ? 0 : tree.ipv4Root();
  const bits = 8 * client.bytes.length;
  let length = 0;
  for (; record < tree.nodeCount; length++) {
    if (length === bits) throw new Malformed(`the search tree is deeper than ${bits} bits`);
    record = tree.child(record, (client.bytes[length >>> 3]! >>> (7 - (length & 7))) & 1);
  }
  return { record, length };
}

function upperWords(address: IpAddress): [number, number, number] {
  const view = new DataView(address.bytes.buffer, address.bytes.byteOffset, 16);
  return [view.getUint32(0), view.getUint32(4), view.getUint32(8)];
}
