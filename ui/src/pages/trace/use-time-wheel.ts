import { useEffect, useRef, type RefObject } from 'react';
import { withinTrace, type TimeRange } from '../../trace/timeline';

interface Axis {
  range: TimeRange;
  duration: number;
  /** Width of what stands left of the axis, in pixels. */
  names: number;
  setZoom: (zoom: TimeRange | null) => void;
}

const leastRange = 100;

/** Ctrl and the wheel (or a pinch) zooms the time axis around the pointer; the wheel sideways moves it. */
export function useTimeWheel(scroller: RefObject<HTMLElement | null>, axis: Axis): void {
  const latest = useRef(axis);
  useEffect(() => {
    latest.current = axis;
  });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const turn = (event: WheelEvent): void => {
      const { range, duration, names, setZoom } = latest.current;
      const zooming = event.ctrlKey;
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
      const length = range.to - range.from;
      const width = element.clientWidth - names;
      if (width <= 0 || (!zooming && (!sideways || length >= duration))) return;
      event.preventDefault();
      if (!zooming) {
        const moved = (event.deltaX / width) * length;
        setZoom(withinTrace({ from: range.from + moved, to: range.to + moved }, duration));
        return;
      }
      const place = Math.min(1, Math.max(0, (event.clientX - element.getBoundingClientRect().left - names) / width));
      const centre = range.from + place * length;
      const zoomed = Math.max(leastRange, length * Math.exp(event.deltaY * 0.004));
      setZoom(
        zoomed >= duration
          ? null
          : withinTrace({ from: centre - place * zoomed, to: centre + (1 - place) * zoomed }, duration),
      );
    };
    // React's own wheel events are passive, and could not keep the browser from zooming the page.
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [scroller]);
}
