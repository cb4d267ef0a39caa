import { ok, problem, skipped, warning, type Outcome } from '../finding.ts';
import type { Installation } from '../installation.ts';
import type { Ports } from '../ports.ts';

const neededNodeRed = [4, 1] as const;
/** The engine refuses anything older, so only newer ones come here. */
const recommendedNode = 24;

/** The Node.js that runs this. */
export function checkNode({ nodeVersion }: Pick<Ports, 'nodeVersion'>): Outcome {
  const says = `Node.js ${nodeVersion}`;
  if (Number(nodeVersion.split('.')[0]) >= recommendedNode) return ok(`${says}.`);
  return ok(`${says}; it is enough, and ${recommendedNode} is what this package is tested with most.`);
}

/** The Node-RED of the user folder. */
export async function checkNodeRed(
  { nodeRedVersion, userDir }: Pick<Installation, 'nodeRedVersion' | 'userDir'>,
  ports: Pick<Ports, 'findNodeRed'>,
): Promise<Outcome> {
  const version = nodeRedVersion ?? (await ports.findNodeRed(userDir));
  if (version === undefined) {
    return skipped('No Node-RED was found from here.', 'Run this where the command node-red works.');
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (Number.isNaN(major)) return warning(`Node-RED calls its version "${version}".`, 'Use a released Node-RED.');
  const enough = major > neededNodeRed[0] || (major === neededNodeRed[0] && minor >= neededNodeRed[1]);
  if (enough) return ok(`Node-RED ${version}.`);
  return problem(`Node-RED ${version} is older than ${neededNodeRed.join('.')}.`, 'Update Node-RED.');
}
