import { useSyncExternalStore } from 'react';

export function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = window.matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Where tables become cards and the panel becomes a sheet. The same width stands in the style sheets. */
export const useNarrow = (): boolean => useMediaQuery('(max-width: 720px)');
