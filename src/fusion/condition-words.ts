import type { RuleCondition } from '../contracts/configs.ts';

/** A label as people read it: glass break. */
export function words(label: string): string {
  return label.replaceAll('_', ' ');
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a condition asks for, in short: "3 person in yard for 30 s". */
export function conditionWords(condition: RuleCondition): string {
  const { label, source, zone, count = 1, dwellSeconds, moving, minimumSpeed, forSeconds, feature } = condition;
  const stays = condition.kind === 'stream' || condition.kind === 'cue' ? undefined : forSeconds;
  return [
    count > 1 ? `${count} × ` : '',
    words(label),
    moving === undefined ? '' : moving ? ' that moves' : ' that stays where it is',
    minimumSpeed === undefined ? '' : ` at ${minimumSpeed} or more lengths a second`,
    zone === undefined ? '' : ` in ${zone}`,
    dwellSeconds === undefined ? '' : ` there for ${dwellSeconds} s`,
    stays === undefined ? '' : ` for ${stays} s`,
    feature === undefined ? '' : ` with ${feature.name} from ${feature.atLeast}`,
    source === undefined ? '' : ` at ${source}`,
  ].join('');
}
