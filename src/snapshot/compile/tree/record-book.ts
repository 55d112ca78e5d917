import type { Config } from '../../../config/model.ts';
import { RrType } from '../../../dns/constants.ts';
import { encodeRecord } from './record-form.ts';

/** The addresses of all endpoints of a config, which no change of health changes: written once, copied into each rotation. */
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
        if (address === undefined) return place;
        const chunk = encodeRecord(address.family === 4 ? RrType.A : RrType.AAAA, address.bytes);
        chunks.push(chunk);
        at += chunk.length;
        return place;
      }),
    );
    this.bytes = Buffer.concat(chunks);
  }

  /** Of an endpoint that has an address. */
  placeOf(pool: number, endpoint: number): number {
    return this.places[pool]![endpoint]!;
  }
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
