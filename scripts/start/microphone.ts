import { SiteClock } from '../../src/clock/site-clock.ts';
import { captureDevices } from '../../src/media/microphone/capture-devices.ts';
import type { flowListening } from './user-folder.ts';

/** Whether this machine has a microphone that some recorder can reach. */
export async function microphonePresent(): Promise<boolean> {
  const devices = await captureDevices(new SiteClock());
  return devices.some(({ kind }) => kind === 'microphone');
}

/** What people in the room should know before it begins; undefined while nothing listens. */
export function microphoneLine({ listening, edited }: ReturnType<typeof flowListening>): string | undefined {
  if (listening === 'off') return undefined;
  const how = listening === 'analyse' ? 'listens for analysis only and keeps nothing' : 'listens, and may record';
  return edited
    ? `Microphone        your edited flow ${how}; its mic-in node turns it off`
    : `Microphone        ${how}; --no-microphone turns it off`;
}
