import { recorderNames } from '../contracts/configs.ts';
import type { Clock } from '../contracts/ports.ts';
import { captureDevices } from '../media/microphone/capture-devices.ts';
import { findProgram } from '../media/microphone/find-program.ts';
import type { FoundMicrophones } from './ports.ts';

/** Recorders that are installed, and what can be recorded from. */
export async function findMicrophones(clock: Clock): Promise<FoundMicrophones> {
  const [paths, devices] = await Promise.all([
    Promise.all(recorderNames.map((name) => findProgram(name))),
    captureDevices(clock),
  ]);
  return { recorders: recorderNames.filter((_, index) => paths[index] !== undefined), devices };
}
