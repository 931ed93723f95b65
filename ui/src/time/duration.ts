// Durations as a reader takes them in: three significant digits and the unit that suits.

const microsecond = 1e3;
const millisecond = 1e6;
const second = 1e9;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

function threeDigits(amount: number): string {
  if (amount >= 99.95) return amount.toFixed(0);
  if (amount >= 9.995) return amount.toFixed(1).replace(/\.0$/, '');
  return amount.toFixed(2).replace(/\.?0+$/, '');
}

function twoUnits(amount: number, large: number, largeName: string, small: number, smallName: string): string {
  // Rounded in the small unit first, so that 59.6 s after a minute carries over.
  const inSmall = Math.round(amount / small);
  const ratio = large / small;
  const rest = inSmall % ratio;
  const whole = `${Math.floor(inSmall / ratio)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

/** `nanoseconds` is a number, or the API's decimal string. */
export function formatDuration(nanoseconds: number | string): string {
  const amount = Number(nanoseconds);
  if (amount < 0) return `-${formatDuration(-amount)}`;
  if (amount === 0) return '0';
  if (amount < microsecond) return `${Math.round(amount)} ns`;
  if (amount < 999.5 * microsecond) return `${threeDigits(amount / microsecond)} µs`;
  if (amount < 999.5 * millisecond) return `${threeDigits(amount / millisecond)} ms`;
  if (amount < 59.95 * second) return `${threeDigits(amount / second)} s`;
  if (amount < hour - second / 2) return twoUnits(amount, minute, 'min', second, 's');
  if (amount < day - minute / 2) return twoUnits(amount, hour, 'h', minute, 'min');
  return twoUnits(amount, day, 'd', hour, 'h');
}

/** Whether `text` is a duration as the API's minDuration takes it: a number and its unit, such as 200ms or 1.5s. */
export function isDuration(text: string): boolean {
  return /^\d+(\.\d+)?(ns|us|ms|s|m|h)$/.test(text);
}
