import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fewOpenFiles } from '../../src/control/open-files.ts';
import { limits } from '../../src/runtime/limits.ts';
import { Site } from './site.ts';

const table = (soft: number | string) =>
  `Limit                     Soft Limit           Hard Limit           Units
Max file size             unlimited            unlimited            bytes
Max open files            ${soft}                 524288               files
`;

describe('fewOpenFiles', () => {
  it.each([
    [1_024, 'this process may open 1024 files (hard limit 524288), and listen.tcp.connections is 10000'],
    [10_499, 'to at least 10500, or set fewer connections'],
    [10_500, undefined],
    ['unlimited', undefined],
  ])('with a limit of %s', (soft, told) => {
    const text = fewOpenFiles(10_000, table(soft));
    if (told === undefined) expect(text).toBeUndefined();
    else expect(text).toContain(told);
  });

  it('says nothing where no limit can be read', () => {
    expect(fewOpenFiles(10_000, '')).toBeUndefined();
  });
});

describe('a service', () => {
  let site: Site;
  beforeEach(() => {
    site = new Site();
  });
  afterEach(() => site.close());

  it('warns at its start where so many connections cannot be', async () => {
    const tcp = { connections: limits.tcpConnectionsMost };
    site.configure({ listen: { dns: ['127.0.0.1:0'], workers: 1, tcp } });
    await site.start();
    const told = fewOpenFiles(limits.tcpConnectionsMost);
    expect(site.logged('LimitNOFILE').map(({ msg }) => msg)).toEqual(told === undefined ? [] : [told]);
  });
});
