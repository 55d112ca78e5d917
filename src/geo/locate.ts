import type { IpAddress } from '../ip/address.ts';
import { unwrapIpv4 } from '../ip/embedded.ts';
import { type Prefix, prefixOf } from '../ip/prefix.ts';
import { Malformed, namingFile } from './bytes.ts';
import { DatabaseFile, type DatabaseInfo, dataOffset } from './database.ts';
import { FileBytes } from './file-bytes.ts';
import { isNotIpv6 } from './ipv4-blocks.ts';
import { type Place, PlaceReader } from './place.ts';
import { SearchTree } from './search-tree.ts';

/** Which record places an address. */
export interface Location {
  readonly database: DatabaseInfo;
  /** The block of the record; IPv4 for an IPv6 address that carries one. */
  readonly prefix: Prefix;
  readonly place: Place;
}

/**
 * Places one address by the rules of the geo map, for explanations: reads some dozens of pages of the files, now.
 * Undefined when no database places the address. OperatorError GEO_INVALID when a file was replaced since
 * `databases` were loaded: what it says now is not what the map was made from.
 */
export function locate(databases: readonly DatabaseInfo[], address: IpAddress): Location | undefined {
  const client = unwrapIpv4(address) ?? address;
  for (const database of databases) {
    if (client.family === 6 && database.ipVersion === 4) continue;
    const found = locateIn(database, client);
    if (found !== undefined) return found;
  }
  return undefined;
}

function locateIn(loaded: DatabaseInfo, client: IpAddress): Location | undefined {
  const file = new DatabaseFile(loaded.path);
  try {
    return namingFile(loaded.path, () => {
      const { sizeBytes, modifiedMs } = file.info;
      if (sizeBytes !== loaded.sizeBytes || modifiedMs !== loaded.modifiedMs) {
        throw new Malformed('was replaced since it was loaded');
      }
      return findPlace(loaded, new FileBytes(file.descriptor, sizeBytes), client);
    });
  } finally {
    file.close();
  }
}

function findPlace(database: DatabaseInfo, bytes: FileBytes, client: IpAddress): Location | undefined {
  const tree = new SearchTree(bytes, database.nodeCount, database.recordSize);
  const { record, length } = findRecord(tree, database, client);
  if (record <= database.nodeCount) return undefined;
  const reader = new PlaceReader(bytes, database.dataStart, database.dataEnd);
  if (!reader.read(dataOffset(database, record))) return undefined;
  return { database, prefix: prefixOf(client, length), place: reader.place() };
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
