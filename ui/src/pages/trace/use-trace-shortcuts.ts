import { useMemo, type RefObject } from 'react';
import { notUsed, useShortcuts } from '../../keyboard/use-shortcuts';
import { nextOf } from '../../trace/find';
import type { TraceModel } from '../../trace/model';
import type { TimeRange } from '../../trace/timeline';
import type { Collapsed } from './use-collapsed';
import type { Selection } from './use-selection';

interface Context {
  model: TraceModel;
  selection: Selection;
  collapsed: Collapsed;
  zoom: TimeRange | null;
  setZoom: (zoom: TimeRange | null) => void;
  goTo: (position: number) => void;
  search: RefObject<HTMLInputElement | null>;
  leave: () => void;
}

const pageOfRows = 15;

/** Room on either side of a span that the time axis is fitted to. */
const margin = 0.04;

/** The keys of a trace; keyboard/shortcuts.ts describes them. */
export function useTraceShortcuts({ model, selection, collapsed, zoom, setZoom, goTo, search, leave }: Context): void {
  const { nodes } = model;
  const { cursor } = selection;
  const { visible } = collapsed;
  const node = nodes[cursor];
  const marks = useMemo(() => {
    const positionsWhere = (wanted: (position: number) => boolean): number[] =>
      nodes.map((_, position) => position).filter(wanted);
    return {
      models: positionsWhere((position) => nodes[position]?.operation === 'model'),
      errors: positionsWhere((position) => nodes[position]?.span.status.code === 'error'),
    };
  }, [nodes]);

  const step = (rows: number) => (): void => {
    // The cursor's own row, or where it would be when it is collapsed away.
    const row = visible.findLastIndex((position) => position <= cursor);
    const wanted = cursor < 0 ? 0 : Math.min(Math.max(row + rows, 0), visible.length - 1);
    selection.move(visible[wanted] ?? 0);
  };
  const toggle = (): void => collapsed.set(cursor, !collapsed.has(cursor));
  const right = (): void => {
    if (node === undefined || node.children === 0) return;
    if (collapsed.has(cursor)) collapsed.set(cursor, false);
    else selection.move(cursor + 1);
  };
  const left = (): void => {
    if (node === undefined) return;
    if (node.children > 0 && !collapsed.has(cursor)) collapsed.set(cursor, true);
    else if (node.parent >= 0) selection.move(node.parent);
  };
  const fit = (): void => {
    const room = Math.max(node?.duration ?? 0, 1) * margin;
    if (zoom !== null || node === undefined) setZoom(null);
    else setZoom({ from: node.offset - room, to: node.offset + node.duration + room });
  };
  const enter = (): unknown => {
    if (cursor < 0) return notUsed;
    if (selection.open) toggle();
    else selection.show(cursor);
    return null;
  };
  const escape = (): void => {
    if (document.activeElement === search.current) search.current?.blur();
    else if (selection.open) selection.close();
    else leave();
  };
  const jump = (positions: number[], direction: 1 | -1) => (): void => goTo(nextOf(positions, cursor, direction));
  useShortcuts({
    j: step(1),
    ArrowDown: step(1),
    k: step(-1),
    ArrowUp: step(-1),
    PageDown: step(pageOfRows),
    PageUp: step(-pageOfRows),
    Home: step(-visible.length),
    End: step(visible.length),
    ArrowRight: right,
    ArrowLeft: left,
    Enter: enter,
    o: toggle,
    O: () => collapsed.setAll(!collapsed.any),
    m: jump(marks.models, 1),
    M: jump(marks.models, -1),
    e: jump(marks.errors, 1),
    E: jump(marks.errors, -1),
    z: fit,
    '/': () => search.current?.select(),
    Escape: escape,
  });
}
