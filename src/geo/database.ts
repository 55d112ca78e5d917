import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { basename } from 'node:path';
import { limits } from '../runtime/limits.ts';
import { Malformed, MemoryBytes, namingFile } from './bytes.ts';
import { DataSection, DataType } from './data-section.ts';
import { readBlock } from './file-bytes.ts';

/** What an MMDB file says about itself. Plain data: it crosses threads. */
export interface DatabaseInfo extends DatabaseForm {
  /** Absolute. */
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  /** For example `GeoLite2-City`. */
  readonly type: string;
  /** Seconds since 1970. */
  readonly buildEpochSeconds: number;
  readonly sizeBytes: number;
  /** Modification time in milliseconds since 1970, to notice that the file was replaced. */
  readonly modifiedMs: number;
}

/** Where things are in an MMDB file (MaxMind DB format 2.0). */
interface DatabaseForm {
  readonly ipVersion: 4 | 6;
  readonly nodeCount: number;
  /** Bits: 24, 28 or 32. */
  readonly recordSize: number;
  /** The data section is bytes dataStart … dataEnd of the file; the tree is before it. */
  readonly dataStart: number;
  readonly dataEnd: number;
}

/** An open MMDB file whose metadata are sound. What lies deeper is checked where it is read. */
export class DatabaseFile {
  readonly info: DatabaseInfo;
  readonly descriptor: number;

  /** Opens and checks a file. OperatorError: GEO_MISSING, GEO_INVALID. */
  constructor(path: string) {
    // Not blocking: a path may lead to a pipe, and opening that would wait for its writer.
    this.descriptor = namingFile(path, () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    try {
      this.info = namingFile(path, () => readInfo(path, this.descriptor));
    } catch (error) {
      closeSync(this.descriptor);
      throw error;
    }
  }

  /** The whole file in memory. */
  load(): MemoryBytes {
    const { sizeBytes, path } = this.info;
    return namingFile(path, () => new MemoryBytes(readBlock(this.descriptor, 0, sizeBytes)));
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** File offset of the data that a leaf record of the tree points to. */
export function dataOffset(form: DatabaseForm, record: number): number {
  const offset = record - form.nodeCount - separatorBytes;
  if (offset < 0) throw new Malformed('a leaf of the search tree points before the data');
  return form.dataStart + offset;
}

/** The metadata stand at the end of the file, after this mark, in at most 128 KiB. */
const metadataMark = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
const metadataBytes = 128 * 1024;
/** The last second of `Date` (ECMA-262 §21.4.1.1). */
const latestEpoch = 8.64e12;
/** Zero bytes between tree and data. */
const separatorBytes = 16;

function readInfo(path: string, descriptor: number): DatabaseInfo {
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) throw new Malformed('is not a file');
  if (stat.size > limits.geoFileBytes) throw new Malformed(`is larger than ${limits.geoFileBytes} bytes`);
  const tailStart = Math.max(0, stat.size - metadataBytes);
  const tail = readBlock(descriptor, tailStart, stat.size - tailStart);
  const mark = Buffer.from(tail.buffer).lastIndexOf(metadataMark);
  if (mark < 0) throw new Malformed('has no metadata: it is no MMDB file or its end is missing');
  const fields = readFields(tail.subarray(mark + metadataMark.length));
  const form = checkForm(fields, tailStart + mark);
  if (readBlock(descriptor, form.dataStart - separatorBytes, separatorBytes).some((byte) => byte !== 0)) {
    throw new Malformed('has no gap between search tree and data: a part of it is missing');
  }
  return {
    path,
    name: basename(path),
    type: String(fields.get('database_type') ?? ''),
    buildEpochSeconds: epochOf(fields.get('build_epoch')),
    sizeBytes: stat.size,
    modifiedMs: stat.mtimeMs,
    ...form,
  };
}

/** Seconds that a date can show; 0 for what is none. */
function epochOf(value: string | number | undefined): number {
  return typeof value === 'number' && value >= 0 && value <= latestEpoch ? value : 0;
}

function checkForm(fields: ReadonlyMap<string, string | number>, dataEnd: number): DatabaseForm {
  const whole = (key: string): number => {
    const value = fields.get(key);
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    throw new Malformed(`its metadata have no ${key}`);
  };
  const version = whole('binary_format_major_version');
  if (version !== 2) throw new Malformed(`has format version ${version}, not 2`);
  const recordSize = whole('record_size');
  if (![24, 28, 32].includes(recordSize))
    throw new Malformed(`has record size ${recordSize}, not 24, 28 or 32`);
  const ipVersion = whole('ip_version');
  if (ipVersion !== 4 && ipVersion !== 6) throw new Malformed(`has IP version ${ipVersion}, not 4 or 6`);
  const nodeCount = whole('node_count');
  if (nodeCount < 1) throw new Malformed('has an empty search tree');
  const dataStart = (nodeCount * recordSize) / 4 + separatorBytes;
  if (dataStart > dataEnd) throw new Malformed(`is too short for its ${nodeCount} nodes`);
  return { ipVersion, nodeCount, recordSize, dataStart, dataEnd };
}

/** The entries of the metadata map that are text or number. */
function readFields(metadata: Uint8Array): Map<string, string | number> {
  const data = new DataSection(new MemoryBytes(metadata), 0, metadata.length);
  const fields = new Map<string, string | number>();
  data.begin();
  let at = data.resolve(0);
  if (data.type !== DataType.MAP) throw new Malformed('its metadata are no map');
  for (let left = data.size; left > 0; left--) {
    const key = data.text(at) ?? '';
    at = data.skip(at);
    const value = data.text(at) ?? data.number(at);
    if (typeof value === 'string' || !Number.isNaN(value)) fields.set(key, value);
    at = data.skip(at);
  }
  return fields;
}
