import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { World } from '../query/world.ts';
import { parseScenario } from './scenario.ts';

const folder = join(import.meta.dirname, 'dns');

describe.each(readdirSync(folder))('%s', (file) => {
  const { world: input, steps } = parseScenario(readFileSync(join(folder, file), 'utf8'));
  const world = new World(input);

  for (const [number, step] of steps.entries()) {
    if (step.kind === 'health')
      it(`${number}: ${step.endpoint} goes ${step.state}`, () => world.set({ [step.endpoint]: step.state }));
    else {
      it(`${number}: ${step.title}`, () => {
        expect(world.say(step.name, step.type, step.options)).toEqual(step.answer);
      });
    }
  }
});
