// Every shortcut of the page, as the sheet behind "?" lists them.

export interface Shortcut {
  keys: string[];
  does: string;
}

export const shortcutGroups: { title: string; shortcuts: Shortcut[] }[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: ['Ctrl K'], does: 'Go to a trace, page or service' },
      { keys: ['g t', 'g l', 'g m', 'g s'], does: 'Traces, logs, metrics, status' },
      { keys: ['/'], does: 'Search' },
      { keys: ['Esc'], does: 'Close, or go back' },
      { keys: ['?'], does: 'This sheet' },
    ],
  },
  {
    title: 'Lists',
    shortcuts: [
      { keys: ['j', 'k', '↓', '↑'], does: 'Next, previous' },
      { keys: ['Enter'], does: 'Open' },
      { keys: ['Home', 'End'], does: 'First, last' },
      { keys: ['r'], does: 'Live updates on or off' },
    ],
  },
  {
    title: 'A trace',
    shortcuts: [
      { keys: ['j', 'k', '↓', '↑'], does: 'Next, previous span' },
      { keys: ['Enter'], does: 'Open the span; once open, expand or collapse' },
      { keys: ['o'], does: 'Expand or collapse' },
      { keys: ['→', '←'], does: 'Expand or first child, collapse or parent' },
      { keys: ['O'], does: 'Expand or collapse everything' },
      { keys: ['m', 'M'], does: 'Next, previous model call' },
      { keys: ['e', 'E'], does: 'Next, previous error' },
      { keys: ['z'], does: 'Fit the time axis to the span, or to the trace again' },
    ],
  },
];
