import { useEffect, useRef, useState } from 'react';
import { ticksOf, type Tick, type TimeRange } from '../../trace/timeline';
import styles from './waterfall.module.css';

const pixelsPerTick = 110;

/** As many ticks as fit the element's width. */
function useTicks(range: TimeRange): [React.RefObject<HTMLDivElement | null>, Tick[]] {
  const axis = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useEffect(() => {
    if (axis.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    observer.observe(axis.current);
    return () => observer.disconnect();
  }, []);
  return [axis, ticksOf(range, Math.max(2, Math.floor(width / pixelsPerTick)))];
}

const percent = (place: number): string => `${place * 100}%`;

export function TimeAxis({ range }: { range: TimeRange }) {
  const [axis, ticks] = useTicks(range);
  return (
    <div className={styles.axisFrame} role="columnheader" aria-label="Time from the start of the trace">
      <div ref={axis} className={styles.axis}>
        {ticks.map(({ at, label }) => (
          <span key={label} className={styles.tick} style={{ left: percent(at) }}>
            {label}
          </span>
        ))}
      </div>
    </div>
  );
}

/** The ticks' lines, behind the rows. */
export function TimeGrid({ range }: { range: TimeRange }) {
  const [grid, ticks] = useTicks(range);
  return (
    <div className={styles.gridFrame} aria-hidden="true">
      <div ref={grid} className={styles.grid}>
        {ticks.map(({ at, label }) => (
          <span key={label} className={styles.gridLine} style={{ left: percent(at) }} />
        ))}
      </div>
    </div>
  );
}
