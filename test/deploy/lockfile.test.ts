import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package-lock.json'), 'utf8')) as {
  packages: Readonly<Record<string, Locked>>;
};

// npm leaves out what a mirror without packages of other platforms does not have, and `npm ci` then refuses the file.
it('package-lock.json holds the optional packages of all platforms', () => {
  const absent = Object.entries(lock.packages).flatMap(([folder, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !lock.packages[`node_modules/${name}`] && !lock.packages[`${folder}/node_modules/${name}`],
    ),
  );
  expect(absent).toEqual([]);
});
