import { recorderMissing } from '../../media/microphone/failures.ts';
import { ok, problem, problemOf, skipped, warning, type Outcome } from '../finding.ts';
import type { DeclaredNode, Installation } from '../installation.ts';
import type { FoundMicrophones, Ports } from '../ports.ts';

/** Programs that record, and microphones of this machine. They matter only to a flow that listens to one. */
export async function checkMicrophones(
  { microphones }: Pick<Installation, 'microphones'>,
  ports: Pick<Ports, 'findMicrophones'>,
): Promise<Outcome[]> {
  const found = await ports.findMicrophones();
  const general = inGeneral(found, microphones.length > 0);
  return [general, ...microphones.flatMap((node) => deviceOf(node, found))];
}

function inGeneral({ recorders, devices }: FoundMicrophones, wanted: boolean): Outcome {
  if (recorders.length === 0) {
    if (wanted) return problemOf(recorderMissing(undefined, process.platform));
    return skipped('No program that records was found. The flow listens to no microphone of this machine.');
  }
  const programs = recorders.join(', ');
  const labels = devices.filter(({ kind }) => kind === 'microphone').map(({ label }) => label);
  if (labels.length > 0) return ok(`${labels.join(', ')} (recorded with ${programs}).`);
  const says = `No microphone was found (${programs} would record it).`;
  if (!wanted) return skipped(`${says} The flow listens to none.`);
  return problem(says, 'Plug one in; a user other than root needs the group "audio", a container the device /dev/snd.');
}

/** A device that is named and not listed may still work: ALSA knows more names than it lists. */
function deviceOf({ name, config }: DeclaredNode<'mic-in'>, { devices }: FoundMicrophones): Outcome[] {
  if (config.device === '' || devices.some(({ device }) => device === config.device)) return [];
  return [
    {
      about: name,
      ...warning(`Its device "${config.device}" is not in the list of devices.`, 'Choose one of the list.'),
    },
  ];
}
