/**
 * The page's one clock: milliseconds since it was made. It never runs backwards, and it counts the time the device slept,
 * which `performance.now()` does not everywhere: a passcode must not still be on the screen when a telephone wakes up after
 * the session's end (`docs/protocol.md` §5, "One clock").
 */

export type Clock = () => number;

interface Sources {
  readonly monotonic: Clock;
  readonly wall: Clock;
}

const SYSTEM: Sources = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
};

/** How far the wall clock must run ahead, between two looks, to mean sleep and not rounding. */
const SLEPT_MS = 1000;

/** A wall clock that is set forward looks like sleep and ends a session early; nothing ends one late. */
export function startClock({ monotonic, wall }: Sources = SYSTEM): Clock {
  let [lastMonotonic, lastWall] = [monotonic(), wall()];
  let elapsed = 0;
  return () => {
    const [awake, passed] = [monotonic() - lastMonotonic, wall() - lastWall];
    lastMonotonic += awake;
    lastWall += passed;
    elapsed += passed - awake > SLEPT_MS ? passed : awake;
    return elapsed;
  };
}
