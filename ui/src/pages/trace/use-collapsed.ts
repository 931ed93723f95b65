import { useMemo, useState } from 'react';
import type { TraceModel } from '../../trace/model';
import { ancestors, visiblePositions } from '../../trace/tree';

export interface Collapsed {
  /** Positions of the nodes that show, in order. */
  visible: number[];
  has: (position: number) => boolean;
  set: (position: number, collapse: boolean) => void;
  /** Opens what hides the node. */
  reveal: (position: number) => void;
  /** Collapses everything below the roots' children, or expands all. */
  setAll: (collapse: boolean) => void;
  any: boolean;
}

/** Which nodes are collapsed: by key, because positions move as late spans arrive. */
export function useCollapsed({ nodes, positionByKey }: TraceModel): Collapsed {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const positions = useMemo(() => new Set([...keys].map((key) => positionByKey.get(key) ?? -1)), [keys, positionByKey]);
  const visible = useMemo(() => visiblePositions(nodes, positions), [nodes, positions]);
  return {
    visible,
    has: (position) => positions.has(position),
    set: (position, collapse) => {
      const node = nodes[position];
      if (node === undefined || node.children === 0) return;
      setKeys((old) => {
        const next = new Set(old);
        if (collapse) next.add(node.key);
        else next.delete(node.key);
        return next;
      });
    },
    reveal: (position) => {
      const hiding = ancestors(nodes, position).filter((ancestor) => positions.has(ancestor));
      if (hiding.length === 0) return;
      setKeys((old) => new Set([...old].filter((key) => !hiding.includes(positionByKey.get(key) ?? -1))));
    },
    setAll: (collapse) => {
      const deep = collapse ? nodes.filter((node) => node.depth > 0 && node.children > 0) : [];
      setKeys(new Set(deep.map((node) => node.key)));
    },
    any: keys.size > 0,
  };
}
