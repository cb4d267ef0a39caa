import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The user folder of the Node-RED that this process is; its models are the same for all its sites. */
let userFolder: string | undefined;

/** Says where this process finds the models that were pulled. @param userDir user folder of Node-RED */
export function findModelsIn(userDir: string | undefined): void {
  userFolder = userDir;
}

/** Where Node-RED keeps what belongs to its user. */
export function modelsUserFolder(): string {
  return userFolder ?? join(homedir(), '.node-red');
}

/** Folder of the models that were pulled: ECHOSIGHT_MODELS, else `echosight/models` in Node-RED's user folder. */
export function modelsFolder(userDir = modelsUserFolder(), env: NodeJS.ProcessEnv = process.env): string {
  const { ECHOSIGHT_MODELS: chosen = '' } = env;
  return chosen === '' ? join(resolve(userDir), 'echosight', 'models') : resolve(chosen);
}
