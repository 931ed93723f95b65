// A trace on screen: its header, the waterfall of its spans, and the panel of the one that is open.

import { useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { Splitter } from '../../components/splitter';
import { useNarrow } from '../../components/use-media-query';
import { useStoredSize } from '../../components/use-stored-size';
import type { ColourBy } from '../../trace/colour';
import type { TraceModel } from '../../trace/model';
import type { TimeRange } from '../../trace/timeline';
import { pathOfLeftList } from '../traces/list-place';
import { Overview } from './overview';
import { SpanPanel } from './panel/span-panel';
import { TraceHeader } from './trace-header';
import { TraceToolbar } from './trace-toolbar';
import styles from './trace-view.module.css';
import { useCollapsed } from './use-collapsed';
import { useFind } from './use-find';
import { useSelection } from './use-selection';
import { useTraceShortcuts } from './use-trace-shortcuts';
import { Waterfall } from './waterfall';

const leastPanel = 340;
const leastWaterfall = 420;

export function TraceView({ model }: { model: TraceModel }) {
  const [, navigate] = useLocation();
  const narrow = useNarrow();
  const search = useRef<HTMLInputElement>(null);
  const selection = useSelection(model);
  const collapsed = useCollapsed(model);
  const find = useFind(model.nodes);
  const [zoom, setZoom] = useState<TimeRange | null>(null);
  const [colourBy, setColourBy] = useState<ColourBy>(() =>
    model.nodes.some(({ span }) => span.genAi !== null) ? 'operation' : 'service',
  );
  const [panelWidth, setPanelWidth] = useStoredSize('sonde.panel', () =>
    Math.max(leastPanel, Math.min(520, window.innerWidth * 0.36)),
  );
  const mostPanel = Math.max(leastPanel, window.innerWidth - leastWaterfall);
  const range = useMemo(() => zoom ?? { from: 0, to: model.duration }, [zoom, model]);
  const opened = selection.open ? model.nodes[selection.cursor] : undefined;

  const goTo = (position: number): void => {
    if (position < 0) return;
    collapsed.reveal(position);
    selection.move(position);
  };
  const goToFound = (text: string, step: 1 | -1): void => goTo(find.next(text, selection.cursor, step));
  useTraceShortcuts({
    model,
    selection,
    collapsed,
    zoom,
    setZoom,
    goTo,
    search,
    leave: () => navigate(pathOfLeftList()),
  });

  return (
    <div className={styles.view}>
      <TraceHeader model={model} />
      <TraceToolbar
        {...{ model, find, goToFound, search, collapsed, colourBy, setColourBy, zoom, setZoom }}
        cursor={selection.cursor}
      />
      <div className={styles.content}>
        <div className={styles.main}>
          {!narrow && <Overview model={model} colourBy={colourBy} zoom={zoom} setZoom={setZoom} />}
          <Waterfall {...{ model, selection, collapsed, colourBy, range, setZoom }} found={find.positions} />
        </div>
        {opened !== undefined && (
          <>
            {!narrow && (
              <Splitter
                label="Width of the panel"
                size={Math.min(panelWidth, mostPanel)}
                least={leastPanel}
                most={mostPanel}
                change={setPanelWidth}
                grows="left"
              />
            )}
            <div className={styles.panel} style={narrow ? undefined : { width: Math.min(panelWidth, mostPanel) }}>
              <SpanPanel model={model} position={selection.cursor} close={selection.close} goTo={goTo} />
            </div>
          </>
        )}
      </div>
    </div>
  );
}
