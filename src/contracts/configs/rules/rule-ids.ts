import type { Rule } from './rule.ts';

/** The rules with ids made of their labels, `person+gunshot`, numbered where two would be the same. */
export function withIds(rules: readonly Rule[]): Rule[] {
  const taken = new Map<string, number>();
  return rules.map((rule) => {
    const { all, any = [], weigh } = rule;
    // A label that is still missing must not make the id the fault.
    const labels = [...all, ...any, ...(weigh?.terms ?? [])]
      .map(({ label }) => (label === '' ? '?' : label))
      .join('+')
      .slice(0, 60);
    const count = (taken.get(labels) ?? 0) + 1;
    taken.set(labels, count);
    return { ...rule, id: count === 1 ? labels : `${labels}-${count}` };
  });
}
