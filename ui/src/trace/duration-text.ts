import { formatDuration } from '../time/duration';
import type { TimedNode } from './model';

/** How long the span took, or that it has not ended. */
export function durationText({ span, duration }: TimedNode): string {
  if (!span.isRunning) return formatDuration(duration);
  return duration > 0 ? `running, ${formatDuration(duration)}` : 'running';
}
