import type { Config } from '../../../config/model.ts';
import { RrType } from '../../../dns/constants.ts';
import type { RecordKind } from '../../rotation.ts';

/** The records of all endpoints of a config, which no change of health changes: written once, copied into each rotation. */
export class RecordBook {
  readonly bytes: Uint8Array;
  /** Byte places by pool and endpoint. */
  private readonly places: readonly (readonly number[])[];

  constructor({ pools }: Config) {
    const chunks: Uint8Array[] = [];
    let at = 0;
    this.places = pools.map(({ endpoints }) =>
      endpoints.map(({ address }) => {
        const place = at;
        const chunk = encodeRecord(address.family === 4 ? RrType.A : RrType.AAAA, address.bytes);
        chunks.push(chunk);
        at += chunk.length;
        return place;
      }),
    );
    this.bytes = Buffer.concat(chunks);
  }

  placeOf(pool: number, endpoint: number, _kind: RecordKind): number {
    return this.places[pool]![endpoint]!;
  }
}

/** Type, length, RDATA. */
export function encodeRecord(type: number, rdata: Uint8Array): Uint8Array {
  const record = new Uint8Array(4 + rdata.length);
  record.set([type >>> 8, type & 0xff, rdata.length >>> 8, rdata.length & 0xff]);
  record.set(rdata, 4);
  return record;
}

const books = new WeakMap<Config, RecordBook>();

export function recordBook(config: Config): RecordBook {
  let book = books.get(config);
  if (book === undefined) {
    book = new RecordBook(config);
    books.set(config, book);
  }
  return book;
}
