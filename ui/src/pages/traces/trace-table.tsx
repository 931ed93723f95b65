import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import type { TraceSummary } from '../../api/types';
import { useNarrow } from '../../components/use-media-query';
import { notUsed, useShortcuts } from '../../keyboard/use-shortcuts';
import { seriesColours } from '../../palette/series';
import { classNames } from '../../styles/class-names';
import { useNow } from '../../time/use-now';
import { leaveList, placeIn } from './list-place';
import { TraceRow } from './trace-row';
import { TraceTableHead } from './trace-table-head';
import styles from './trace-table.module.css';
import { useSteadyScroll } from './use-steady-scroll';

interface Properties {
  traces: TraceSummary[];
  /** While these are the rows of other filters than those asked for. */
  dimmed: boolean;
  more: boolean;
  loadMore: () => void;
}

const rowHeight = 36;
const cardHeight = 84;
const rowsBeforeEnd = 20;

export function TraceTable({ traces, dimmed, more, loadMore }: Properties) {
  const [, navigate] = useLocation();
  const search = useSearch();
  const now = useNow();
  const height = useNarrow() ? cardHeight : rowHeight;
  const scroller = useRef<HTMLDivElement>(null);
  const [place] = useState(() => placeIn(search));
  const [activeId, setActiveId] = useState(place.activeId);
  const active = useMemo(() => traces.findIndex(({ traceId }) => traceId === activeId), [traces, activeId]);
  const colours = useMemo(() => seriesColours(traces.map(({ rootService }) => rootService)), [traces]);
  const longest = useMemo(() => Math.max(1, ...traces.map(({ durationNano }) => Number(durationNano))), [traces]);
  // The compiler cannot memoise what the virtualiser returns, and nothing here needs it to.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: traces.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: (index) => traces[index]?.traceId ?? index,
    initialOffset: place.offset,
    overscan: 12,
  });
  useEffect(() => virtualizer.measure(), [height, virtualizer]);
  useSteadyScroll(virtualizer, traces, height);

  const items = virtualizer.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && lastShown >= traces.length - rowsBeforeEnd) loadMore();
  }, [more, lastShown, traces.length, loadMore]);

  const remember = (traceId: string): void => {
    leaveList({ search, activeId: traceId, offset: scroller.current?.scrollTop ?? 0 });
  };
  const open = (traceId: string): void => {
    remember(traceId);
    navigate(`/trace/${traceId}`);
  };
  const moveTo = (index: number): void => {
    const position = Math.min(Math.max(index, 0), traces.length - 1);
    setActiveId(traces[position]?.traceId ?? '');
    virtualizer.scrollToIndex(position);
  };
  const next = (): void => moveTo(active + 1);
  const previous = (): void => moveTo(active < 0 ? 0 : active - 1);
  useShortcuts({
    j: next,
    ArrowDown: next,
    k: previous,
    ArrowUp: previous,
    PageDown: () => moveTo(active + 15),
    PageUp: () => moveTo(active - 15),
    Home: () => moveTo(0),
    End: () => moveTo(traces.length - 1),
    Enter: () => (active < 0 ? notUsed : open(activeId)),
    Escape: () => setActiveId(''),
  });

  return (
    <div
      ref={scroller}
      className={classNames(styles.table, dimmed && styles.dimmed)}
      role="grid"
      aria-label="Traces, newest first"
      aria-rowcount={more ? -1 : traces.length + 1}
      aria-activedescendant={active < 0 ? undefined : `trace-${activeId}`}
      tabIndex={0}
    >
      <TraceTableHead />
      <div role="rowgroup" className={styles.body} style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const trace = traces[item.index];
          if (trace === undefined) return null;
          return (
            // The keyboard reaches rows through the grid, which has the focus.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={item.key}
              id={`trace-${trace.traceId}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={item.index === active}
              className={classNames(styles.row, trace.errorCount > 0 && styles.failed)}
              style={{ height, transform: `translateY(${item.start}px)` }}
              onClick={(event) => {
                // With a modifier the link opens a new tab; text being selected is not a click.
                if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                if (event.defaultPrevented) remember(trace.traceId);
                else if (document.getSelection()?.isCollapsed !== false) open(trace.traceId);
              }}
            >
              <TraceRow
                trace={trace}
                colour={colours.get(trace.rootService) ?? 'var(--series-0)'}
                share={Math.sqrt(Number(trace.durationNano) / longest)}
                now={now}
                active={item.index === active}
              />
            </div>
          );
        })}
      </div>
    </div>
  );
}
