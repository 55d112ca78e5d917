/**
 * The compiled file of a worker thread beside the module at `moduleUrl`. Threads run JavaScript only: when the
 * caller itself runs from `src/` (under the test runner), the thread runs what the last build put into `dist/`.
 */
export function workerFile(name: string, moduleUrl: string): URL {
  const url = new URL(`./${name}.js`, moduleUrl);
  if (moduleUrl.endsWith('.ts')) url.pathname = url.pathname.replace(/\/src\/(?!.*\/src\/)/, '/dist/');
  return url;
}
