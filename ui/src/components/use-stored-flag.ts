import { useState } from 'react';

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** A switch that the browser remembers. */
export function useStoredFlag(key: string, otherwise: boolean): [boolean, (value: boolean) => void] {
  const [value, setValue] = useState(() => {
    const kept = stored(key);
    return kept === null ? otherwise : kept === 'true';
  });
  const store = (next: boolean): void => {
    setValue(next);
    try {
      localStorage.setItem(key, String(next));
    } catch {
      // Storage refused: the choice holds until the page is left.
    }
  };
  return [value, store];
}
