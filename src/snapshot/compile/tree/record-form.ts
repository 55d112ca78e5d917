import type { Endpoint, ServiceForm, Steering } from '../../../config/model.ts';
import { RrType } from '../../../dns/constants.ts';
import { assert } from '../../../runtime/assert.ts';
import { RecordKind } from '../../rotation.ts';

/** Type, length, RDATA. */
export function encodeRecord(type: number, rdata: Uint8Array): Uint8Array {
  const record = new Uint8Array(4 + rdata.length);
  record.set([type >>> 8, type & 0xff, rdata.length >>> 8, rdata.length & 0xff]);
  record.set(rdata, 4);
  return record;
}

const types = {
  [RecordKind.CNAME]: RrType.CNAME,
  [RecordKind.HTTPS]: RrType.HTTPS,
  [RecordKind.SVCB]: RrType.SVCB,
  [RecordKind.SRV]: RrType.SRV,
  [RecordKind.MX]: RrType.MX,
} as const;

/** The record that leads to an endpoint's host. Its priority is written with the answer: that of its place there. */
export function encodeHost(
  endpoint: Endpoint,
  kind: Exclude<RecordKind, typeof RecordKind.A | typeof RecordKind.AAAA>,
  { https, svcb, srv }: Steering,
): Uint8Array {
  const { host, weight } = endpoint;
  assert(host !== undefined, 'an endpoint of this kind has a host');
  const rdata = (): Uint8Array => {
    switch (kind) {
      case RecordKind.CNAME:
        return host;
      case RecordKind.MX:
        return Buffer.concat([u16(0), host]);
      case RecordKind.SRV:
        return Buffer.concat([u16(0), u16(weight), u16(srv!.port), host]);
      default: {
        const form = kind === RecordKind.HTTPS ? https! : svcb!;
        return Buffer.concat([u16(0), host, serviceParameters(form), hints(endpoint)]);
      }
    }
  };
  return encodeRecord(types[kind], rdata());
}

/** SvcParams before the hints, by ascending key (RFC 9460 §2.2): alpn, port. */
export function serviceParameters({ alpn, port }: ServiceForm): Uint8Array {
  const ids = alpn.map((id) => Buffer.from(id, 'latin1'));
  const alpnValue = Buffer.concat(ids.flatMap((id) => [Buffer.of(id.length), id]));
  return Buffer.concat([
    ...(ids.length === 0 ? [] : [u16(1), u16(alpnValue.length), alpnValue]),
    ...(port === undefined ? [] : [u16(3), u16(2), u16(port)]),
  ]);
}

/** ipv4hint or ipv6hint of an endpoint with an address of its own. */
function hints({ address }: Endpoint): Uint8Array {
  if (address === undefined) return new Uint8Array(0);
  return Buffer.concat([u16(address.family === 4 ? 4 : 6), u16(address.bytes.length), address.bytes]);
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}
