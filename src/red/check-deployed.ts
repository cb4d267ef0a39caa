import { SiteClock } from '../clock/site-clock.ts';
import { SentinelError } from '../contracts/errors.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding } from '../contracts/findings.ts';
import { installationOf, type FlowPart, type Installation } from '../doctor/installation.ts';
import { thisMachine } from '../doctor/this-machine.ts';
import { dataFolder } from '../site/data-folder.ts';
import { liveNodes } from './node-context.ts';
import type { NodeRed } from './node-red.ts';

/** Examines what is deployed, for the dialog of the site. */
export function checkDeployed(RED: NodeRed): Promise<Finding[]> {
  return examine(deployed(RED), (signal) => thisMachine({ offline: false, signal }), new SiteClock());
}

/** The running flow, with its live credentials. */
function deployed(RED: NodeRed): Installation {
  const { settings } = RED;
  const parts = liveNodes().map(({ node, reference }): FlowPart => {
    const usable = !(reference instanceof SentinelError);
    return {
      id: node.id,
      type: node.type as FlowPart['type'],
      name: node.name ?? '',
      settings: usable ? reference.config : reference,
      credentials: usable ? reference.credentials : (node.credentials ?? {}),
    };
  });
  const secret = settings.credentialSecret;
  const installation = installationOf(parts, settings.userDir ?? dataFolder(undefined, '..'));
  return {
    ...installation,
    remarks: [
      { id: 'flow', state: 'ok', says: `${parts.length} nodes of EchoSight Sentinel are deployed.` },
      ...installation.remarks,
    ],
    secrets: [...installation.secrets, ...(typeof secret === 'string' ? [secret] : [])],
    ...(RED.version === undefined ? {} : { nodeRedVersion: RED.version() }),
    doors: { editorLogin: Boolean(settings.adminAuth), host: settings.uiHost ?? '' },
  };
}
