import { SentinelError, type ErrorName } from '../../contracts/errors.ts';
import type { SoundFault } from '../../contracts/messages.ts';

type MicrophoneFailure = Extract<ErrorName, `ES_MICROPHONE_${string}`>;

/** What recorders say when they give up, and what it means; the first line that fits wins. */
const meanings: readonly { pattern: RegExp; name: MicrophoneFailure }[] = [
  { pattern: /Device or resource busy|device is busy/i, name: 'ES_MICROPHONE_BUSY' },
  { pattern: /Permission denied|Access denied|not permitted|not authorized/i, name: 'ES_MICROPHONE_DENIED' },
  { pattern: /Connection refused|Connection terminated|Host is down|Timeout/i, name: 'ES_MICROPHONE_UNREACHABLE' },
  {
    pattern:
      /No such entity|No such file|No such process|No such device|Unknown PCM|cannot find card|no soundcards|could not find audio|no default audio device|Could not find/i,
    name: 'ES_MICROPHONE_NOT_FOUND',
  },
];

const wording: Record<MicrophoneFailure, { words: string; hint: string }> = {
  ES_MICROPHONE_BUSY: {
    words: 'Another program uses the microphone.',
    hint: 'Close it, or let both listen through PulseAudio or PipeWire.',
  },
  ES_MICROPHONE_DENIED: {
    words: 'The user that runs Node-RED may not use the microphone.',
    hint: 'On Linux add it to the group "audio" (sudo usermod -aG audio USER) and start Node-RED anew; on macOS and Windows allow it in the privacy settings.',
  },
  ES_MICROPHONE_UNREACHABLE: {
    words: 'The sound server of this machine does not answer.',
    hint: 'PulseAudio and PipeWire serve one logged-in user: run Node-RED as the same one, set PULSE_SERVER, or choose the recorder arecord.',
  },
  ES_MICROPHONE_NOT_FOUND: {
    words: 'No microphone was found.',
    hint: 'Plug one in, or open the node and choose a device of the list.',
  },
  ES_MICROPHONE_STALLED: {
    words: 'No sound came.',
    hint: 'It is tried anew by itself; look at plug and cable when this happens often.',
  },
  ES_MICROPHONE_FLOODING: {
    words: 'The device gives sound faster than time passes: it is a file or a null device, no microphone.',
    hint: 'Open the node and choose a device of the list.',
  },
  ES_MICROPHONE_SILENT: {
    words: 'Only silence comes: is the microphone muted or unplugged?',
    hint: 'Look at its switch and plug and at the settings of the system, or open the node and check the sound. A microphone with a noise gate needs a longer time, or 0.',
  },
  ES_MICROPHONE_CLIPPING: {
    words: 'The sound is cut off: turn the gain down.',
    hint: 'Turn the gain of the microphone down in the settings of the system, or open the node and check the sound.',
  },
  ES_MICROPHONE_OFFSET: {
    words: 'The sound has a strong constant in it (DC offset): cable or converter is at fault.',
    hint: 'Try another plug, cable or sound card. Sound is still judged, but there is less room for loud sound.',
  },
};

const faultErrors = {
  silent: 'ES_MICROPHONE_SILENT',
  clipping: 'ES_MICROPHONE_CLIPPING',
  offset: 'ES_MICROPHONE_OFFSET',
} as const satisfies Record<SoundFault, MicrophoneFailure>;

/** What is wrong with sound that comes in all the same. */
export function soundFaultError(fault: SoundFault): SentinelError {
  return microphoneError(faultErrors[fault]);
}

/** A failure in the words of this room; `detail` stands for the usual sentence. */
export function microphoneError(name: MicrophoneFailure, detail = wording[name].words): SentinelError {
  return new SentinelError(name, detail, { hint: wording[name].hint });
}

/** Why a recorder ended, from the last lines that it printed. Any end is a failure: a microphone never ends. */
export function recorderFailure(recorder: string, device: string, lines: readonly string[]): SentinelError {
  const name = meanings.find(({ pattern }) => lines.some((line) => pattern.test(line)))?.name;
  if (name === 'ES_MICROPHONE_NOT_FOUND' && device !== '') {
    return microphoneError(name, `There is no microphone "${device}".`);
  }
  if (name !== undefined) return microphoneError(name);
  const last = lines.at(-1);
  const said = last === undefined ? 'without a word' : `and said: ${last}`;
  return microphoneError('ES_MICROPHONE_UNREACHABLE', `The recorder ${recorder} ended ${said}.`);
}

/** The more a failure says about the microphone itself, the earlier it stands. */
const tellingOrder: readonly ErrorName[] = [
  'ES_MICROPHONE_BUSY',
  'ES_MICROPHONE_DENIED',
  'ES_MICROPHONE_FLOODING',
  'ES_MICROPHONE_STALLED',
  'ES_MICROPHONE_NOT_FOUND',
  'ES_MICROPHONE_UNREACHABLE',
];

/** Of the failures of all recorders that were tried, the one that helps most. */
export function mostTelling(failures: readonly SentinelError[]): SentinelError | undefined {
  const rank = (failure: SentinelError): number => {
    const place = tellingOrder.indexOf(failure.name);
    return place === -1 ? tellingOrder.length : place;
  };
  return failures.toSorted((one, other) => rank(one) - rank(other))[0];
}

const installLines: Partial<Record<NodeJS.Platform, string>> = {
  linux:
    'Install one: "sudo apt install pulseaudio-utils alsa-utils", "sudo dnf install pulseaudio-utils alsa-utils" or "apk add alsa-utils".',
  darwin: 'Install one with "brew install sox".',
  win32: 'Install one with "winget install ffmpeg".',
};

/** @param wanted the recorder that the node asks for; without it any would have done. */
export function recorderMissing(wanted: string | undefined, platform: NodeJS.Platform): SentinelError {
  const message =
    wanted === undefined
      ? 'No program that records from a microphone was found.'
      : `The recorder "${wanted}" was not found on this machine.`;
  const hint = installLines[platform] ?? 'Install sox or ffmpeg with the package manager of your system.';
  return new SentinelError('ES_RECORDER_MISSING', message, { hint });
}
