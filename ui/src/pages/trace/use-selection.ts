// Which span the reader is at, and whether its panel is open. An open panel is in the address (`?span=`), so that it
// can be linked to and the back button closes it; the bare cursor is not.

import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { TraceModel } from '../../trace/model';

export interface Selection {
  /** Position of the node the cursor is on, or -1. */
  cursor: number;
  open: boolean;
  /** Opens the panel on a node, or shows that node in it. */
  show: (position: number) => void;
  /** Moves the cursor, and the panel with it. */
  move: (position: number) => void;
  close: () => void;
}

export function useSelection({ nodes, positionByKey }: TraceModel): Selection {
  const [parameters, setParameters] = useSearchParams();
  const [cursorKey, setCursorKey] = useState<string | null>(null);
  const shown = positionByKey.get(parameters.get('span') ?? '') ?? -1;
  const open = shown >= 0;
  const write = (key: string | null, replace: boolean): void => {
    setParameters(
      (old) => {
        const next = new URLSearchParams(old);
        if (key === null) next.delete('span');
        else next.set('span', key);
        return next;
      },
      { replace },
    );
  };
  const show = (position: number): void => {
    const key = nodes[position]?.key;
    if (key === undefined || position === shown) return;
    setCursorKey(key);
    // Reading one span after another is one step for the back button.
    write(key, open);
  };
  return {
    cursor: open ? shown : (positionByKey.get(cursorKey ?? '') ?? -1),
    open,
    show,
    move: (position) => {
      if (open) show(position);
      else setCursorKey(nodes[position]?.key ?? null);
    },
    close: () => {
      setCursorKey(nodes[shown]?.key ?? null);
      write(null, true);
    },
  };
}
