import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Control, ControlReader, controlFrame } from '../../src/query-log/frame-streams.ts';

describe('control frames', () => {
  it('are written as frame streams want them', () => {
    expect(controlFrame(Control.STOP).toString('hex')).toBe('000000000000000400000003');
    expect(controlFrame(Control.START, 'ab').toString('hex')).toBe(
      '000000000000000e0000000200000001000000026162',
    );
  });

  it('are read in whatever pieces they come', () => {
    const bytes = Buffer.concat([controlFrame(Control.ACCEPT, 'a/b'), controlFrame(Control.FINISH)]);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const reader = new ControlReader();
        const frames = places.slice(1).flatMap((end, i) => reader.push(bytes.subarray(places[i], end)));
        expect(frames).toEqual([
          { control: Control.ACCEPT, contentTypes: ['a/b'] },
          { control: Control.FINISH, contentTypes: [] },
        ]);
      }),
    );
  });

  it.each([
    ['a data frame', '00000001'.padEnd(16, '0')],
    ['one without a type', '0000000000000000'],
    ['one that is too large', `0000000000000201${'00'.repeat(8)}`],
    ['a field that runs out of its frame', '000000000000000e000000020000000100000003616263'],
  ])('that are %s are refused', (_, hex) => {
    expect(new ControlReader().push(Buffer.from(hex, 'hex'))).toBeUndefined();
  });

  it('of any bytes neither throw nor pile up', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const reader = new ControlReader();
        for (const chunk of chunks) if (reader.push(Buffer.from(chunk)) === undefined) return;
      }),
    );
  });
});
