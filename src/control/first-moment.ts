/** The first of several moments to come. */
export class FirstMoment {
  readonly nowMs: number;
  nextMs: number | undefined;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  add(ms: number | undefined): void {
    if (ms !== undefined && ms > this.nowMs && (this.nextMs === undefined || ms < this.nextMs))
      this.nextMs = ms;
  }
}
