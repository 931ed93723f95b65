// The whole trace in a strip: every span a hairline, in the order of the rows below. Dragging across it chooses the
// part of the time axis that the waterfall shows.

import { useEffect, useRef, useState } from 'react';
import { useMediaQuery } from '../../components/use-media-query';
import { useTheme } from '../../theme/use-theme';
import { colourOf, type ColourBy } from '../../trace/colour';
import type { TimedNode, TraceModel } from '../../trace/model';
import { barOf, withinTrace, type TimeRange } from '../../trace/timeline';
import styles from './overview.module.css';

interface Properties {
  model: TraceModel;
  colourBy: ColourBy;
  zoom: TimeRange | null;
  setZoom: (zoom: TimeRange | null) => void;
}

const height = 40;
const thinnestBar = 1;
const manyNodes = 1000;
const isFailed = (node: TimedNode): boolean => node.span.status.code === 'error';
/** A drag shorter than this, in pixels, was meant as a click. */
const leastDrag = 4;

/** Canvases take no `var()`: reads what one stands for just now. */
function colourReader(element: HTMLElement): (colour: string) => string {
  const known = new Map<string, string>();
  return (colour) => {
    let read = known.get(colour);
    if (read === undefined) {
      element.style.color = colour;
      read = getComputedStyle(element).color;
      known.set(colour, read);
    }
    return read;
  };
}

function draw(canvas: HTMLCanvasElement, model: TraceModel, colourBy: ColourBy): void {
  const width = canvas.clientWidth;
  const density = window.devicePixelRatio;
  canvas.width = width * density;
  canvas.height = height * density;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(density, density);
  const readColour = colourReader(canvas);
  const danger = readColour('var(--danger-bar)');
  const whole = { from: 0, to: model.duration };
  const rowHeight = Math.min(6, (height - 6) / model.nodes.length);
  const top = (height - rowHeight * model.nodes.length) / 2;
  const drawWhere = (wanted: (node: TimedNode) => boolean, leastHeight: number): void => {
    model.nodes.forEach((node, position) => {
      const bar = wanted(node) ? barOf(node.offset, node.duration, whole) : null;
      if (bar === null) return;
      context.fillStyle = isFailed(node) ? danger : readColour(colourOf(node, model, colourBy));
      const barHeight = Math.max(leastHeight, rowHeight * 0.6);
      context.fillRect(
        bar.left * width,
        Math.min(top + position * rowHeight, height - barHeight),
        Math.max(thinnestBar, bar.width * width),
        barHeight,
      );
    });
  };
  // Errors last and larger: among 30,000 spans they are what is looked for.
  context.globalAlpha = model.nodes.length > manyNodes ? 0.35 : 1;
  drawWhere((node) => !isFailed(node), 0.75);
  context.globalAlpha = 1;
  drawWhere(isFailed, model.nodes.length > manyNodes ? 3 : 0.75);
}

export function Overview({ model, colourBy, zoom, setZoom }: Properties) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const darkSystem = useMediaQuery('(prefers-color-scheme: dark)');
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => draw(element, model, colourBy));
    observer.observe(element);
    return () => observer.disconnect();
  }, [model, colourBy, theme, darkSystem]);

  /** Where on the strip the pointer is, 0 to 1. */
  const placeOfPointer = (event: React.PointerEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const rangeOf = ({ from, to }: { from: number; to: number }): TimeRange => ({
    from: Math.min(from, to) * model.duration,
    to: Math.max(from, to) * model.duration,
  });
  const finish = (event: React.PointerEvent): void => {
    if (drag === null) return;
    const wide = Math.abs(drag.to - drag.from) * event.currentTarget.clientWidth >= leastDrag;
    setZoom(wide ? withinTrace(rangeOf(drag), model.duration) : null);
    setDrag(null);
  };
  const shown = drag === null ? zoom : rangeOf(drag);
  return (
    <div
      className={styles.overview}
      title="Drag to show a part of the time axis; click to show the whole"
      aria-hidden="true"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        const place = placeOfPointer(event);
        setDrag({ from: place, to: place });
      }}
      onPointerMove={(event) => {
        if (drag !== null) setDrag({ from: drag.from, to: placeOfPointer(event) });
      }}
      onPointerUp={finish}
      onPointerCancel={() => setDrag(null)}
    >
      <canvas ref={canvas} className={styles.canvas} />
      {shown !== null && (
        <div
          className={styles.window}
          style={{
            left: `${(shown.from / model.duration) * 100}%`,
            right: `${(1 - shown.to / model.duration) * 100}%`,
          }}
        />
      )}
    </div>
  );
}
