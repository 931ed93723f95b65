import { describe, expect, it } from 'vitest';
import { barOf, placeOf, ticksOf, withinTrace } from './timeline';

const range = { from: 100, to: 300 };

describe('barOf', () => {
  it('places a span inside the range', () => {
    expect(barOf(150, 50, range)).toEqual({ left: 0.25, width: 0.25, cutLeft: false, cutRight: false });
  });
  it('cuts a span at either end of the range', () => {
    expect(barOf(0, 1000, range)).toEqual({ left: 0, width: 1, cutLeft: true, cutRight: true });
  });
  it('has no bar for a span outside the range', () => {
    expect(barOf(0, 50, range)).toBeNull();
    expect(barOf(301, 50, range)).toBeNull();
  });
  it('keeps a span of no length', () => {
    expect(barOf(200, 0, range)).toMatchObject({ left: 0.5, width: 0 });
  });
  it('survives a trace of no length', () => {
    expect(barOf(0, 0, { from: 0, to: 0 })).toMatchObject({ left: 0, width: 0 });
    expect(placeOf(5, { from: 0, to: 0 })).toBe(0);
  });
});

describe('ticksOf', () => {
  const labels = (from: number, to: number, count: number): string[] =>
    ticksOf({ from, to }, count).map((tick) => tick.label);
  it('stands at round times', () => {
    expect(labels(0, 2.84e9, 6)).toEqual(['0', '500 ms', '1 s', '1.5 s', '2 s', '2.5 s']);
    expect(labels(0, 38e6, 4)).toEqual(['0', '10 ms', '20 ms', '30 ms']);
    expect(labels(0, 120e9, 5)).toEqual(['0', '30 s', '1 min', '1 min 30 s', '2 min']);
    expect(labels(0, 3600e9, 4)).toEqual(['0', '15 min', '30 min', '45 min', '1 h']);
  });
  it('begins inside a zoomed range', () => {
    expect(labels(1.13e9, 1.52e9, 4)).toEqual(['1.2 s', '1.3 s', '1.4 s', '1.5 s']);
  });
  it('never makes more than asked for, plus the end', () => {
    for (let length = 1; length < 1e15; length *= 3) {
      expect(ticksOf({ from: 0, to: length }, 7).length).toBeLessThanOrEqual(8);
    }
  });
  it('has none for no length', () => {
    expect(ticksOf({ from: 0, to: 0 }, 5)).toEqual([]);
  });
});

describe('withinTrace', () => {
  it('moves a range back inside', () => {
    expect(withinTrace({ from: -50, to: 50 }, 1000)).toEqual({ from: 0, to: 100 });
    expect(withinTrace({ from: 950, to: 1050 }, 1000)).toEqual({ from: 900, to: 1000 });
  });
  it('shrinks a range that is longer than the trace', () => {
    expect(withinTrace({ from: -10, to: 5000 }, 1000)).toEqual({ from: 0, to: 1000 });
  });
});
