// One clock for every "3 s ago" on the page; it stands still while the page is hidden.

import { useSyncExternalStore } from 'react';

const tick = 1000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: number | undefined;

function advance(): void {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = window.setInterval(advance, tick);
    document.addEventListener('visibilitychange', advance);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    document.removeEventListener('visibilitychange', advance);
    timer = undefined;
  };
}

/** Milliseconds since the epoch, at most a second old. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
