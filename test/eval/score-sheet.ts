import type { DetectedObject } from '../../src/contracts/messages.ts';
import { Tally, type Rates } from './average-precision.ts';
import type { LabelledObject } from './yolo-labels.ts';

export interface Figures extends Rates {
  ap50: number | null;
}

/** Classes that count as one: whoever takes a truck for a car has seen a vehicle. */
export const groups = {
  person: ['person'],
  knife: ['knife'],
  vehicle: ['car', 'motorcycle', 'bus', 'truck'],
  bag: ['backpack', 'handbag', 'suitcase'],
} as const;
type Group = keyof typeof groups;

/** What is said of the classes and groups of many pictures. */
export class ScoreSheet {
  readonly #classes: readonly string[];
  readonly #byClass = new Map<string, Tally>();
  readonly #byGroup: Record<Group, Tally> = {
    ...{ person: new Tally(), knife: new Tally(), vehicle: new Tally(), bag: new Tally() },
  };

  constructor(classes: readonly string[]) {
    this.#classes = classes;
  }

  add(found: readonly DetectedObject[], truths: readonly LabelledObject[]): void {
    const labelled = truths.map(({ classIndex, box }) => ({ label: this.#classes[classIndex] ?? '', box }));
    const count = (tally: Tally, names: readonly string[]): void => {
      const isMeant = ({ label }: { label: string }): boolean => names.includes(label);
      tally.add(
        found.filter(isMeant),
        labelled.filter(isMeant).map(({ box }) => box),
      );
    };
    for (const name of new Set([...found, ...labelled].map(({ label }) => label))) {
      const tally = this.#byClass.get(name) ?? new Tally();
      this.#byClass.set(name, tally);
      count(tally, [name]);
    }
    for (const [group, names] of Object.entries(groups)) count(this.#byGroup[group as Group], names);
  }

  figures(threshold: number) {
    const labelled = this.#classes.flatMap((name) => {
      const tally = this.#byClass.get(name);
      return tally === undefined || tally.labelled === 0 ? [] : [{ name, tally }];
    });
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
    const precisions = labelled.map(({ tally }) => tally.averagePrecision() ?? 0);
    const group = (name: Group): Figures => {
      const tally = this.#byGroup[name];
      const { precision, recall } = tally.ratesAt(threshold);
      return { ap50: rounded(tally.averagePrecision()), precision: rounded(precision), recall: rounded(recall) };
    };
    return {
      map50: precisions.length === 0 ? null : rounded(sum(precisions) / precisions.length),
      ...{ person: group('person'), knife: group('knife'), vehicle: group('vehicle'), bag: group('bag') },
      classes: Object.fromEntries(
        labelled.map(({ name, tally }) => [name, { ap50: rounded(tally.averagePrecision()), n: tally.labelled }]),
      ),
      labelled: sum(labelled.map(({ tally }) => tally.labelled)),
    };
  }
}

function rounded(share: number | null): number | null {
  return share === null ? null : Math.round(share * 1e4) / 1e4;
}
