import type { Say } from '../../fusion/rule-words/rule-sentence.ts';

/** A node behind a fuse-severity that alerts, as the flow has it. */
export interface Receiver {
  name: string;
  /** Switched off in the editor. */
  isOff: boolean;
  dryRun: boolean;
  minimumSeverity: number;
  cooldownSeconds: number;
  /** When it sends: at-once, or what must not have happened within the wait. */
  sendWhen: string;
  /** Waits in seconds, by severity. */
  waits: readonly [notice: number, notice: number, warning: number, alarm: number];
  /** Between one person and the next; 0: all at once. */
  nextPersonSeconds: number;
}

export const alertingTypes: readonly string[] = [
  ...['whatsapp-out', 'sentinel-sms-out', 'sentinel-email-out', 'sentinel-webhook-out'],
];

/** A node of the flow, with its settings. */
type FlowNode = Readonly<Record<string, unknown>>;

/** Those of some nodes that alert. */
export function receiversAmong(nodes: readonly FlowNode[]): Receiver[] {
  return nodes.flatMap((one) => {
    const type = String(one.type);
    return alertingTypes.includes(type) ? [receiverOf(one, type)] : [];
  });
}

/** What a node that alerts does with an incident of a severity, in a sentence. */
export function receiverWords(severity: number, receiver: Receiver, say: Say): string {
  const { name, isOff, dryRun, minimumSeverity: minimum, cooldownSeconds, sendWhen, waits } = receiver;
  if (isOff) return say('why.receiverOff', { name });
  if (severity < minimum) return say('why.tooLow', { name, minimum, severity });
  if (dryRun) return say('why.dryRun', { name });
  const wait = waits[severity] ?? 0;
  const when = sendWhen === 'at-once' ? '' : say(`why.sendWhen.${sendWhen}`, { wait });
  const persons = receiver.nextPersonSeconds;
  const turn = persons === 0 ? '' : say('why.nextPerson', { seconds: persons });
  return say('why.tells', { name, minimum, cooldown: cooldownSeconds, how: `${when}${turn}` });
}

/** A field that an older flow lacks counts as its default. */
function receiverOf(one: FlowNode, type: string): Receiver {
  const number = (key: string, usual: number): number => Number(one[key] ?? usual);
  const [notice, warning, alarm] = [number('waitNotice', 0), number('waitWarning', 0), number('waitAlarm', 0)];
  return {
    name: typeof one.name === 'string' && one.name !== '' ? one.name : type,
    isOff: one.d === true,
    dryRun: one.dryRun === true,
    ...{ minimumSeverity: number('minimumSeverity', 2), cooldownSeconds: number('cooldownSeconds', 60) },
    sendWhen: typeof one.sendWhen === 'string' ? one.sendWhen : 'at-once',
    waits: [notice, notice, warning, alarm],
    nextPersonSeconds: number('nextPersonSeconds', 0),
  };
}
