// The time axis: which part of the trace is shown, where a span's bar goes, and where the ticks are. Times are
// nanoseconds from the trace's start; places are fractions of the axis, 0 at its left end and 1 at its right.

import { formatDuration } from '../time/duration';

export interface TimeRange {
  from: number;
  to: number;
}

export interface Bar {
  left: number;
  width: number;
  /** Whether the span goes on beyond the range shown. */
  cutLeft: boolean;
  cutRight: boolean;
}

export interface Tick {
  at: number;
  label: string;
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Where `offset` stands on the axis: below 0 or above 1 when outside the range. */
export function placeOf(offset: number, range: TimeRange): number {
  const length = range.to - range.from;
  return length > 0 ? (offset - range.from) / length : 0;
}

/** The bar of a span, or null where none of it is in the range. */
export function barOf(offset: number, duration: number, range: TimeRange): Bar | null {
  const left = placeOf(offset, range);
  const right = placeOf(offset + duration, range);
  if (right < 0 || left > 1) return null;
  return { left: clamp(left), width: clamp(right) - clamp(left), cutLeft: left < 0, cutRight: right > 1 };
}

/** The smallest of 1, 2, 5, 10, 20, 50, ... that is at least `least`; from a minute on, of clock-like steps. */
function niceStep(least: number): number {
  const second = 1e9;
  const clockSteps = [60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400].map(
    (seconds) => seconds * second,
  );
  if (least > 30 * second && least <= 86_400 * second) {
    return clockSteps.find((step) => step >= least) ?? least;
  }
  if (least > 20 * second && least <= 30 * second) return 30 * second;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/** At most about `count` ticks at round times. */
export function ticksOf(range: TimeRange, count: number): Tick[] {
  const length = range.to - range.from;
  if (!(length > 0) || count < 1) return [];
  const step = Math.max(1, niceStep(length / count));
  const ticks: Tick[] = [];
  for (let index = Math.ceil(range.from / step); index * step <= range.to; index += 1) {
    ticks.push({ at: placeOf(index * step, range), label: formatDuration(index * step) });
  }
  return ticks;
}

/** `range` moved and shrunk as little as needed to lie within 0 and `duration`. */
export function withinTrace(range: TimeRange, duration: number): TimeRange {
  const length = Math.min(Math.max(range.to - range.from, 1), duration);
  const from = Math.min(Math.max(range.from, 0), duration - length);
  return { from, to: from + length };
}
