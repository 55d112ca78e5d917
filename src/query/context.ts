import { Query } from '../dns/query.ts';
import { Reply } from '../dns/reply.ts';
import { GeoMap } from '../geo/map.ts';
import { limits } from '../runtime/limits.ts';
import { Random } from '../runtime/random.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import { emptyImage, Image } from '../snapshot/image.ts';
import { Place } from '../snapshot/lookup.ts';
import { emptyRotation, Rotation } from '../snapshot/rotation.ts';
import { plainSettings, type Settings } from '../snapshot/settings.ts';
import { Asker } from '../steering/asker.ts';
import { Choice } from '../steering/choice.ts';
import { Decider } from '../steering/evaluate.ts';
import { OwnerView } from '../steering/owners.ts';
import { Cookies } from './cookie.ts';
import { type LogWriter, noLog } from './log-writer.ts';
import { SourceNetworks } from './networks.ts';
import { type LimiterSecret, RateLimiter } from './rate-limit.ts';

/** All that one worker needs to answer: the adopted snapshot, its counters, its scratch memory. */
export class QueryContext {
  generation = 0;
  image: Image;
  rotation: Rotation;
  /** Views and tables of owners with it. */
  readonly decider = new Decider();
  private viewBuffers: readonly SharedArrayBuffer[] = [];
  private ownerBuffers: readonly SharedArrayBuffer[] = [];
  readonly counters: Float64Array;
  readonly random: Random;
  settings: Settings = plainSettings;
  cookies = new Cookies(plainSettings.cookieSecrets);

  /** Of the limiter's hash; the worker sets its own before it adopts a snapshot. */
  limiterSecret: LimiterSecret = [0, 0];
  /** Undefined when answers are not limited. */
  limiter: RateLimiter | undefined;
  /** Who is not limited, once the limiter says that he would be. */
  unlimited = new SourceNetworks([]);

  readonly query = new Query();
  readonly reply = new Reply();
  readonly place = new Place();
  readonly asker = new Asker();
  readonly choice = new Choice();
  /** Scratch: IPv6 addresses for the hints of a service record, and that record. */
  readonly hints = new Choice();
  readonly service = new Uint8Array(limits.serviceRecordBytes);
  /** Scratch for a name in the making: fixed part of a record and a name. */
  readonly target = new Uint8Array(2 * limits.nameBytes + 16);
  /** Scratch: nodes whose addresses stand in the additional section; zero beyond them. */
  readonly followed = new Int32Array(limits.additionalNames);
  /** Wall clock, seconds since 1970; the worker sets it before each batch of queries. */
  nowSeconds = 0;
  /** After how long an idle connection is closed: what keepalive promises (RFC 7828). */
  tcpIdleMs: number = limits.tcpIdleMs;
  /** Monotonic clock, whole milliseconds that wrap at 32 bits, for rate limits; set as `nowSeconds` is, over UDP. */
  nowMs = 0;
  /** The query had a server cookie of ours: whoever sent it gets what is sent to its address. */
  cookieValid = false;
  /** Scope of the answer in the making; names that look up a client take the longer prefix. */
  scope = 0;
  /** The node that the question itself met, before aliases were followed; 0 when none did. For rate limits. */
  askedNode = 0;
  /** Place of the rotation's entry that steered the answer, 0 when none did. For explain. */
  entry = 0;
  /** Where queries are logged; nowhere unless the worker says so. */
  log: LogWriter = noLog;

  /** `counters` has `counterBytes` bytes and belongs to this worker alone. */
  constructor(counters: SharedArrayBuffer, seed: number) {
    this.counters = new Float64Array(counters);
    this.random = new Random(seed);
    this.image = new Image(emptyImage());
    this.rotation = new Rotation(emptyRotation());
  }

  adopt(snapshot: SnapshotBuffers): void {
    // A view is made anew only when its buffer changed: a health change touches the rotation alone.
    if (this.image.words.buffer !== snapshot.image) this.image = new Image(snapshot.image);
    this.rotation = new Rotation(snapshot.rotation);
    this.decider.words = this.rotation.words;
    if (differ(this.viewBuffers, snapshot.views)) {
      this.decider.views = snapshot.views.map((buffer) => new GeoMap(buffer));
      this.viewBuffers = snapshot.views;
    }
    if (differ(this.ownerBuffers, snapshot.owners)) {
      this.decider.owners = snapshot.owners.map((buffer) => new OwnerView(buffer));
      this.ownerBuffers = snapshot.owners;
    }
    if (this.settings.version !== snapshot.settings.version) this.configure(snapshot.settings);
    this.generation = snapshot.generation;
  }

  private configure(settings: Settings): void {
    this.settings = settings;
    this.cookies = new Cookies(settings.cookieSecrets);
    const { rateLimits } = settings;
    this.unlimited = new SourceNetworks(rateLimits?.allow ?? []);
    if (rateLimits === undefined) this.limiter = undefined;
    else if (this.limiter === undefined) this.limiter = new RateLimiter(rateLimits, this.limiterSecret);
    else this.limiter.configure(rateLimits);
  }
}

/** Buffers that came through a message are the same memory, but lists are new ones each time. */
function differ(before: readonly SharedArrayBuffer[], now: readonly SharedArrayBuffer[]): boolean {
  return before.length !== now.length || before.some((buffer, i) => buffer !== now[i]);
}
