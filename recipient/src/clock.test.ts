import { expect, it } from 'vitest';
import { startClock } from './clock.ts';

function scripted() {
  const time = { monotonic: 100, wall: 1_000_000 };
  return { time, clock: startClock({ monotonic: () => time.monotonic, wall: () => time.wall }) };
}

it('goes with the monotonic clock', () => {
  const { time, clock } = scripted();
  time.monotonic += 250;
  time.wall += 251;
  expect(clock()).toBe(250);
  time.monotonic += 250;
  time.wall += 249;
  expect(clock()).toBe(500);
});

it('counts sleep, which the monotonic clock may not', () => {
  const { time, clock } = scripted();
  time.monotonic += 10;
  time.wall += 60_000;
  expect(clock()).toBe(60_000);
});

it('does not go back with the wall clock', () => {
  const { time, clock } = scripted();
  time.monotonic += 500;
  time.wall -= 3_600_000;
  expect(clock()).toBe(500);
  time.monotonic += 500;
  time.wall += 500;
  expect(clock()).toBe(1000);
});
