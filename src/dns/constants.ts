/** Numbers of the DNS protocol (IANA "Domain Name System (DNS) Parameters"). */
export const RrType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  LOC: 29,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  URI: 256,
  CAA: 257,
} as const;

export const RrClass = { IN: 1, CH: 3, NONE: 254, ANY: 255 } as const;

export const Opcode = { QUERY: 0 } as const;

export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  /** A DNAME made the name too long (RFC 6672 §2.2). */
  YXDOMAIN: 6,
  /** Extended: the upper eight bits travel in the OPT record (RFC 6891 §6.1.3). */
  BADVERS: 16,
  /** A server cookie that is none of ours (RFC 7873 §5.4). */
  BADCOOKIE: 23,
} as const;

/** Bits of the 16-bit flags word (RFC 1035 §4.1.1). */
export const Flag = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  AD: 0x0020,
  CD: 0x0010,
} as const;

export const EdnsOption = {
  NSID: 3,
  CLIENT_SUBNET: 8,
  COOKIE: 10,
  KEEPALIVE: 11,
  PADDING: 12,
  EDE: 15,
} as const;

/** DNSSEC OK, the top bit of the OPT record's flags (RFC 3225). */
export const EDNS_DO = 0x8000;

const typeNames = new Map<number, string>(Object.entries(RrType).map(([name, value]) => [value, name]));

/** `A`, `MX` …, or `TYPE65280` for a number without a name (RFC 3597 §5). */
export function typeName(type: number): string {
  return typeNames.get(type) ?? `TYPE${type}`;
}

/** The number of `A`, `mx`, `TYPE123`; undefined when it is none. */
export function typeNumber(text: string): number | undefined {
  const upper = text.toUpperCase();
  if (Object.hasOwn(RrType, upper)) return RrType[upper as keyof typeof RrType];
  const generic = /^TYPE(\d{1,5})$/.exec(upper);
  return generic && Number(generic[1]) <= 0xffff ? Number(generic[1]) : undefined;
}

const rcodeNames = new Map<number, string>(Object.entries(Rcode).map(([name, value]) => [value, name]));

/** `NOERROR`, `NXDOMAIN` …, or `RCODE3841` for a number without a name. */
export function rcodeName(rcode: number): string {
  return rcodeNames.get(rcode) ?? `RCODE${rcode}`;
}
