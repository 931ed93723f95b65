import { useState } from 'react';

/** A size in pixels that the browser remembers. */
export function useStoredSize(key: string, otherwise: () => number): [number, (size: number) => void] {
  const [size, setSize] = useState(() => {
    try {
      const kept = Number(localStorage.getItem(key));
      return kept > 0 ? kept : otherwise();
    } catch {
      return otherwise();
    }
  });
  const store = (next: number): void => {
    setSize(next);
    try {
      localStorage.setItem(key, String(next));
    } catch {
      // Storage refused: the size holds until the page is left.
    }
  };
  return [size, store];
}
