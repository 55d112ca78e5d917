import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatExplanation } from '../../src/cli/explanation.ts';
import type { Explanation } from '../../src/control/explanation.ts';
import { limits } from '../../src/runtime/limits.ts';
import { everyPolicy } from './every-policy.ts';
import type { Explained } from './explained.ts';
import { explainedPolicies, prefixKey } from './policies.ts';

let explained: Explained;
beforeAll(() => {
  explained = everyPolicy();
});
afterAll(() => explained.site.close());

const london = '81.2.69.142';

describe('a decision of more steps than are kept', () => {
  it('is told as far as they go, with the answer as it is', () => {
    // Three steps a tier that gives nothing: node, end, empty.
    const tiers = Array(300).fill({ policy: 0 });
    const deep = explainedPolicies({
      pools: { app: { va: ['us-east', '192.0.2.1'] }, standby: { or: ['us-west', '192.0.2.20'] } },
      policies: {
        nowhere: { type: 'geo', view: 0, branches: [undefined, undefined, { pool: 0 }] },
        tiers: { type: 'failover', tiers },
        deep: { type: 'failover', tiers: [...Array(6).fill({ policy: 1 }), { pool: 1 }] },
      },
      views: [{ kind: 'match', entries: [{ keys: [prefixKey('81.2.0.0/16')] }] }],
    });
    try {
      const told = deep.explain('deep.example.com', 'A', '45.1.1.1');
      expect(told.answer.records).toEqual(['deep.example.com. 20 A 192.0.2.20']);
      expect(told.truncated).toBe(true);
      expect(stepsIn(JSON.stringify(told.steps))).toBeLessThan(limits.traceSteps);
      expect(formatExplanation(told)).toContain('the decision had more steps than are kept');
      expect(deep.explain('tiers.example.com', 'A', '45.1.1.1').truncated).toBe(false);
    } finally {
      deep.site.close();
    }
  });
});

function stepsIn(json: string): number {
  return json.split('"kind"').length - 1;
}

describe('the JSON of an explanation', () => {
  it('has the fields that the documentation names, and no others', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/operators/api.md'), 'utf8');
    const section = /^## Explain$([\s\S]*?)^## /m.exec(page)![1]!;
    const documented = [...section.matchAll(/^\| `([a-zA-Z.[\]]+)` /gm)].map((match) => match[1]!);
    const told = [
      explained.explain('near.example.com', 'A', london, { without: 'eu-west' }),
      explained.explain('fall.example.com', 'A', london, { states: { va: 'down', ie: 'down', de: 'down' } }),
      explained.explain('near.example.com', 'A', london, { states: { va: 'down', ie: 'down', de: 'down' } }),
    ];
    const found = new Set(told.flatMap((each) => [...pathsOf(each, '')]));
    expect([...found].sort()).toEqual([...new Set(documented)].sort());
  });

  it('is no larger for a name that nothing steers', () => {
    const told = JSON.parse(
      JSON.stringify(explained.explain('note.example.com', 'TXT', london)),
    ) as Explanation;
    expect(Object.keys(told).sort()).toEqual([
      'answer',
      'generation',
      'place',
      'question',
      'regions',
      'truncated',
    ]);
  });
});

/** Fields, those without a value too, as the page names them: `steps` stands for every step, wherever it is. */
function* pathsOf(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) {
    for (const each of value) yield* pathsOf(each, path === '' ? '' : `${path}[]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      const own = path === '' ? key : `${path}.${key}`;
      yield own;
      yield* pathsOf(inner, own.replace(/^steps\.(?:options\[\]|next)\.step$/, 'steps'));
    }
  }
}
