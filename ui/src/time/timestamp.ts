// Points in time. They arrive as nanoseconds since the epoch in a decimal string, and leave as text; in between
// they are BigInt, never number.

const nanoseconds_per_millisecond = 1_000_000n;
const nanoseconds_per_second = 1_000_000_000n;

export function toMilliseconds(time: string): number {
  return Number(BigInt(time) / nanoseconds_per_millisecond);
}

const two = (value: number): string => String(value).padStart(2, '0');

function calendarDay(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function offsetFromUtc(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Local date and time to the millisecond: 2026-11-23 09:41:02.123. */
export function formatTimestamp(time: string): string {
  const milliseconds = toMilliseconds(time);
  const date = new Date(milliseconds);
  return `${calendarDay(date)} ${clock(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Local date and time with every digit that was recorded, and the zone: for tooltips and copying. */
export function formatExactTimestamp(time: string): string {
  const date = new Date(toMilliseconds(time));
  const fraction = (BigInt(time) % nanoseconds_per_second).toString().padStart(9, '0');
  return `${calendarDay(date)} ${clock(date)}.${fraction} ${offsetFromUtc(date)}`;
}

/** How long before `now` (milliseconds since the epoch): "just now", "42 s ago", "3 h ago", "12 d ago". */
export function formatRelative(time: string, now: number): string {
  const seconds = Math.floor((now - toMilliseconds(time)) / 1000);
  if (seconds < -1) return `in ${amountOf(-seconds)}`;
  if (seconds < 1) return 'just now';
  return `${amountOf(seconds)} ago`;
}

function amountOf(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** `time` - `from` in nanoseconds: exact below 104 days, and rounded to 1 in 2^53 beyond. */
export function offsetFrom(from: bigint, time: string): number {
  return Number(BigInt(time) - from);
}
