/**
 * Kalman filter of one coordinate that moves at a nearly constant speed: position, speed, and how sure each is. The four
 * numbers of a box are filtered apart, which is exact as long as their noise is independent.
 */
export interface Axis {
  readonly position: number;
  /** Per second. */
  readonly speed: number;
  /** Variances of position and speed, and what they share. */
  readonly cov: readonly [position: number, shared: number, speed: number];
}

export function startAxis(position: number, positionDeviation: number, speedDeviation: number): Axis {
  return { position, speed: 0, cov: [positionDeviation ** 2, 0, speedDeviation ** 2] };
}

/**
 * Where it will be.
 * @param seconds How far ahead, for how unsure it becomes.
 * @param coasting Seconds for which its speed is believed.
 * @param agility Variance that the speed gains in a second.
 */
export function predictAxis({ position, speed, cov }: Axis, seconds: number, coasting: number, agility: number): Axis {
  const [p, shared, s] = cov;
  return {
    position: position + speed * Math.min(seconds, coasting),
    speed,
    cov: [
      p + 2 * shared * seconds + s * seconds ** 2 + (agility * seconds ** 3) / 3,
      shared + s * seconds + (agility * seconds ** 2) / 2,
      s + agility * seconds,
    ],
  };
}

/** What a prediction becomes once it was measured. */
export function correctAxis({ position, speed, cov }: Axis, measured: number, deviation: number): Axis {
  const [p, shared, s] = cov;
  const [gain, speedGain] = [p / (p + deviation ** 2), shared / (p + deviation ** 2)];
  const error = measured - position;
  return {
    position: position + gain * error,
    speed: speed + speedGain * error,
    cov: [(1 - gain) * p, (1 - gain) * shared, s - speedGain * shared],
  };
}
