// Shortcuts of what is on screen. A binding is a key as KeyboardEvent names it ("j", "Enter", "?"), a sequence of
// two ("g t"), or one with the platform's command key ("Mod+k"). Keys typed into a field stay the field's, apart
// from Escape and those with Mod; keys pressed in an open dialog stay the dialog's.

import { useEffect, useRef } from 'react';

/** What an action returns when the key means nothing to it just now: it may to a part of the page further out. */
export const notUsed = Symbol('key not used');

type Action = () => unknown;
export type Bindings = Record<string, Action>;

const sequenceMilliseconds = 1200;
const layers: { current: Bindings }[] = [];
let pendingKey = '';
let pendingSince = 0;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select');
}

/** Enter and Space press a focused button or link; they are not shortcuts there. */
function isPressing(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false;
  return event.target instanceof HTMLElement && event.target.closest('button, a, summary, select') !== null;
}

function run(name: string): boolean {
  // The innermost part of the page mounted last, and has the first say.
  for (const layer of layers.toReversed()) {
    const action = layer.current[name];
    if (action !== undefined && action() !== notUsed) return true;
  }
  return false;
}

function handle(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if (document.querySelector('dialog[open]') !== null) return;
  const withMod = event.ctrlKey || event.metaKey;
  if (isTyping(event.target) && !withMod && event.key !== 'Escape') return;
  if (isPressing(event)) return;
  const key = withMod ? `Mod+${event.key}` : event.key;
  const sequence = performance.now() - pendingSince < sequenceMilliseconds ? `${pendingKey} ${key}` : '';
  pendingKey = key;
  pendingSince = performance.now();
  if ((sequence !== '' && run(sequence)) || run(key)) {
    pendingKey = '';
    event.preventDefault();
  }
}

/** Binds keys while the calling component is mounted. The bindings may change with every render. */
export function useShortcuts(bindings: Bindings): void {
  const layer = useRef(bindings);
  useEffect(() => {
    layer.current = bindings;
  });
  useEffect(() => {
    if (layers.length === 0) window.addEventListener('keydown', handle);
    layers.push(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) window.removeEventListener('keydown', handle);
    };
  }, []);
}
