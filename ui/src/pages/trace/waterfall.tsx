// The spans as rows: left their place in the tree, right their time. Only the rows in view are in the document, so
// a trace of 30,000 spans scrolls like one of thirty.

import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { Splitter } from '../../components/splitter';
import { useNarrow } from '../../components/use-media-query';
import { useStoredSize } from '../../components/use-stored-size';
import { colourOf, type ColourBy } from '../../trace/colour';
import type { TraceModel } from '../../trace/model';
import type { TimeRange } from '../../trace/timeline';
import { TimeAxis, TimeGrid } from './time-axis';
import type { Collapsed } from './use-collapsed';
import type { Selection } from './use-selection';
import { useTimeWheel } from './use-time-wheel';
import { WaterfallRow } from './waterfall-row';
import styles from './waterfall.module.css';

interface Properties {
  model: TraceModel;
  selection: Selection;
  collapsed: Collapsed;
  colourBy: ColourBy;
  range: TimeRange;
  setZoom: (zoom: TimeRange | null) => void;
  /** Positions of the spans searched for; null while nothing is. */
  found: number[] | null;
}

const rowHeight = 28;
const narrowRowHeight = 52;
const leastNames = 180;
const mostNames = 900;

export function Waterfall({ model, selection, collapsed, colourBy, range, setZoom, found }: Properties) {
  const { nodes } = model;
  const { visible } = collapsed;
  const { cursor } = selection;
  const narrow = useNarrow();
  const height = narrow ? narrowRowHeight : rowHeight;
  const scroller = useRef<HTMLDivElement>(null);
  const [names, setNames] = useStoredSize('sonde.names', () =>
    Math.max(leastNames, Math.min(480, window.innerWidth * 0.32)),
  );
  const foundSet = useMemo(() => (found === null ? null : new Set(found)), [found]);
  const cursorRow = useMemo(() => visible.indexOf(cursor), [visible, cursor]);
  // The compiler cannot memoise what the virtualiser returns, and nothing here needs it to.
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtualizer = useVirtualizer({
    count: visible.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    scrollPaddingStart: 34,
    scrollPaddingEnd: 8,
    overscan: 10,
  });
  useEffect(() => virtualizer.measure(), [height, virtualizer]);
  useEffect(() => {
    if (cursorRow >= 0) virtualizer.scrollToIndex(cursorRow);
  }, [cursorRow, virtualizer]);
  useTimeWheel(scroller, { range, duration: model.duration, names: narrow ? 0 : names, setZoom });

  const handleClick = (event: React.MouseEvent): void => {
    const target = event.target as Element;
    const position = Number(target.closest<HTMLElement>('[data-position]')?.dataset.position ?? -1);
    if (position < 0) return;
    if (target.closest('[data-toggle]') !== null) collapsed.set(position, !collapsed.has(position));
    else selection.show(position);
  };

  return (
    <div className={styles.frame} style={{ '--names': `${names}px` } as React.CSSProperties}>
      <div
        ref={scroller}
        className={styles.waterfall}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={visible.length}
        aria-activedescendant={cursorRow < 0 ? undefined : `span-${nodes[cursor]?.key ?? ''}`}
        tabIndex={0}
      >
        <div className={styles.head} role="rowgroup">
          <div className={styles.headRow} role="row">
            <span role="columnheader" className={styles.headName}>
              Span
            </span>
            <TimeAxis range={range} />
          </div>
        </div>
        {/* The keyboard reaches rows through the grid, which has the focus. */}
        {/* eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions */}
        <div
          className={styles.body}
          role="rowgroup"
          onClick={handleClick}
          style={{ height: virtualizer.getTotalSize() }}
        >
          {!narrow && <TimeGrid range={range} />}
          {virtualizer.getVirtualItems().map((item) => {
            const position = visible[item.index] ?? -1;
            const node = nodes[position];
            if (node === undefined) return null;
            return (
              <WaterfallRow
                key={node.key}
                node={node}
                parent={nodes[node.parent]}
                colour={colourOf(node, model, colourBy)}
                range={range}
                row={item.index}
                top={item.start}
                height={height}
                collapsed={collapsed.has(position)}
                active={position === cursor}
                faded={foundSet !== null && !foundSet.has(position)}
                position={position}
              />
            );
          })}
        </div>
      </div>
      {!narrow && (
        <Splitter
          label="Width of the names"
          size={names}
          least={leastNames}
          most={mostNames}
          change={setNames}
          grows="right"
          className={styles.splitter}
        />
      )}
    </div>
  );
}
