import { sceneSize, type Figure } from './scene.ts';

/** Whole pictures (1/15 s) and whole AAC frames (0.064 s) both fit into this: such clips loop without a seam. */
export const loopUnit = 1.6;

/** What happens in a clip, in seconds from its start. */
export interface Scenario {
  /** A multiple of `loopUnit`. */
  duration: number;
  visits: readonly Visit[];
  /** Moments at which the pane breaks; the sound's first sample lies exactly here. */
  panes: readonly number[];
}

/** Somebody comes in from the left edge, stands before the window, and leaves the way they came. */
export interface Visit {
  enters: number;
  leaves: number;
}

/** Walking from outside the picture to the standing place takes this long. */
export const walkSeconds = 2.5;
const outside = -50;
const standing = 400;
const stepsPerSecond = 1.6;

/** The clip of `npm start`: a visit with a broken pane, then quiet for longer than an incident takes to end. */
export const demoScenario: Scenario = { duration: 67.2, visits: [{ enters: 3, leaves: 15 }], panes: [9] };

/** Where the figure is at a moment; undefined while nobody is in the room. */
export function figureAt(scenario: Scenario, second: number): Figure | undefined {
  const visit = scenario.visits.find(({ enters, leaves }) => second >= enters && second < leaves);
  if (visit === undefined) return undefined;
  const walked = Math.min(second - visit.enters, visit.leaves - second, walkSeconds);
  const x = outside + ((standing - outside) * walked) / walkSeconds;
  // While standing, a slow sway of the body: nobody stands like a post, and detectors see each frame anew.
  const step = walked < walkSeconds ? 2 * Math.PI * stepsPerSecond * second : 0.35 * Math.sin(2 * second);
  return { x: Math.min(x, sceneSize.width), step };
}

/** For how long the pane has been broken; it is whole again when the clip starts over or after ten seconds. */
export function brokenFor(scenario: Scenario, second: number): number | undefined {
  const since = scenario.panes.map((pane) => second - pane).filter((age) => age >= 0 && age < 10);
  return since.length === 0 ? undefined : Math.min(...since);
}
