import { describe, expect, it } from 'vitest';
import { nextChange } from './clock.ts';

describe('the next change of a countdown', () => {
  it('comes when the seconds left are whole', () => {
    expect(nextChange(0, [61_250])).toBe(250);
    expect(nextChange(250, [61_250])).toBe(1000);
    expect(nextChange(251, [61_250])).toBe(999);
  });

  it('is the nearest of all', () => {
    expect(nextChange(100, [5_900, 5_450, 7_000])).toBe(350);
  });

  it('does not come for what is over, or where nothing counts', () => {
    expect(nextChange(5_000, [])).toBeNull();
    expect(nextChange(5_000, [5_000, 1])).toBeNull();
    expect(nextChange(5_000, [5_000, 5_001])).toBe(1);
  });
});
