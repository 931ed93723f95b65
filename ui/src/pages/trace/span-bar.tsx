import { timeToFirstChunk } from '../../genai/operation';
import { classNames } from '../../styles/class-names';
import { formatDuration } from '../../time/duration';
import { offsetFrom } from '../../time/timestamp';
import type { TimedNode } from '../../trace/model';
import { barOf, placeOf, type TimeRange } from '../../trace/timeline';
import styles from './span-bar.module.css';

interface Properties {
  node: TimedNode;
  colour: string;
  range: TimeRange;
  label: string;
}

const mostEvents = 24;
const percent = (place: number): string => `${place * 100}%`;

function EventMarks({ node, range }: { node: TimedNode; range: TimeRange }) {
  const start = BigInt(node.span.startTimeUnixNano);
  return node.span.events.slice(0, mostEvents).map(({ name, timeUnixNano }, index) => {
    const after = offsetFrom(start, timeUnixNano);
    const place = placeOf(node.offset + after, range);
    if (place < 0 || place > 1) return null;
    return (
      <span
        key={index}
        className={classNames(styles.event, name === 'exception' && styles.exception)}
        style={{ left: percent(place) }}
        title={`${name} at +${formatDuration(after)}`}
      />
    );
  });
}

/** The span's time as a bar. A model call is paler until the first of its answer came. */
export function SpanBar({ node, colour, range, label }: Properties) {
  const bar = barOf(node.offset, node.duration, range);
  if (bar === null) return null;
  const { left, width } = bar;
  const wait = node.operation === 'model' ? timeToFirstChunk(node.span) : null;
  const firstChunk =
    wait === null ? 0 : Math.min(1, Math.max(0, placeOf(node.offset + wait, range)) - left) / (width || 1);
  return (
    <>
      <span
        className={classNames(
          styles.bar,
          bar.cutLeft && styles.cutLeft,
          bar.cutRight && styles.cutRight,
          node.span.isRunning && styles.running,
        )}
        style={{
          left: percent(left),
          width: percent(width),
          background: node.span.status.code === 'error' ? undefined : colour,
        }}
        data-status={node.span.status.code}
      >
        {firstChunk > 0 && (
          <span
            className={styles.waiting}
            style={{ width: percent(Math.min(1, firstChunk)) }}
            title={`First of the answer after ${formatDuration(wait ?? 0)}`}
          />
        )}
      </span>
      <EventMarks node={node} range={range} />
      <span className={styles.label} style={{ left: percent(left + width) }}>
        {label}
      </span>
    </>
  );
}
