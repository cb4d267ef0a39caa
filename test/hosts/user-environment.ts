import { delimiter } from 'node:path';

/** What a user may have set for npm, as the name of an environment variable. */
const usersOwn = /^npm_config_(registry|cache|cafile|proxy|https_proxy)$/i;

/**
 * The environment of a user: without what `npm run` of this repository and Node's test runner put there.
 * @param programs Folder of the user's Node.js, where it is not the one of the system.
 */
export function userEnvironment(programs?: string): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
  if (programs !== undefined) path.unshift(programs);
  const kept = Object.entries(process.env).filter(
    ([name]) => usersOwn.test(name) || !/^(npm_|NODE_TEST_CONTEXT$|NODE_OPTIONS$)/i.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}
