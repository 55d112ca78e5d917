import { limits } from '../runtime/limits.ts';
import type { Check } from './check.ts';
import { HostSlots } from './host-slots.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Whose turn it is to be probed: by time, and no more of one address at once than it has slots. */
export class Turns {
  private readonly wheel = new TimerWheel<Check>(limits.probeWheelSlots, limits.probeWheelTickMs);
  private readonly hosts = new HostSlots<Check>(limits.probesPerHost);

  /** When to look for the next; undefined when none waits for its time. */
  get nextMs(): number | undefined {
    return this.wheel.nextMs;
  }

  /** The check's one next turn; an earlier answer to when it is no longer holds. */
  set(check: Check, dueMs: number): void {
    this.cancel(check);
    this.wheel.add(check.seat, dueMs);
  }

  cancel(check: Check): void {
    check.seat.leave();
    if (!check.hasSlot) return;
    check.hasSlot = false;
    this.giveBack(check);
  }

  /** Takes the first whose turn it is, with a slot of its host: `giveBack` it when the probe has ended. */
  take(nowMs: number): Check | undefined {
    for (;;) {
      const check = this.wheel.take(nowMs);
      if (check === undefined) return undefined;
      if (check.hasSlot || this.hosts.take(check.target.address, check.seat)) {
        check.hasSlot = false;
        return check;
      }
    }
  }

  /** One that waited for the slot is due, behind those that are due for all hosts: a busy one is not served first. */
  giveBack(check: Check): void {
    const next = this.hosts.give(check.target.address);
    if (next === undefined) return;
    next.hasSlot = true;
    this.wheel.add(next.seat, 0);
  }

  /** Half of the slots of the check's host are taken, as when much of what stands there is silent. */
  isHostBusy(check: Check): boolean {
    return this.hosts.taken(check.target.address) > limits.probesPerHost / 2;
  }
}
