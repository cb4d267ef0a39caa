/**
 * Where the API may lie, likeliest first: paths that end in a slash. It lies at Node-RED's HTTP node root, and so does
 * Dashboard, below a path that may be configured; a proxy in front may add a path that only the browser sees.
 * @param basePath path of Dashboard as the browser sees it, such as `/red/dashboard`
 * @param httpNodeRoot as Node-RED is configured, such as `/red/`
 */
export function apiRoots(basePath: string, httpNodeRoot: string | undefined): string[] {
  const path = slashed(basePath);
  const root = slashed(httpNodeRoot ?? '/');
  const at = path.indexOf(root);
  const parent = path.replace(/[^/]+\/$/, '');
  return [...new Set([parent, path.slice(0, Math.max(0, at)) + root])];
}

function slashed(path: string): string {
  return `/${path}/`.replace(/\/+/g, '/');
}
