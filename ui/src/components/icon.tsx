// The page's icons, drawn on a 16 by 16 grid in strokes of one weight.

const paths = {
  traces: 'M2 3.5h8M5 8h9M8 12.5h5',
  logs: 'M2.5 3.5h11M2.5 8h11M2.5 12.5h6',
  metrics: 'M2.5 13.5V9M6.5 13.5V3.5M10.5 13.5V7M14 13.5h-12.5',
  status: 'M1.5 8.5h3l2-5.5 3 10 2-4.5h3',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.8 10.8 14 14',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'M3 8.5 6.5 12 13 4.5',
  error: 'M8 4.5v4.2M8 11.2v.3M8 14.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Z',
  light: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  dark: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  system: 'M2 3h12v8H2zM6 13.5h4M8 11v2.5',
  link: 'M6.5 9.5l3-3M7 4.5 8.6 2.9a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5l-1.6 1.6a3 3 0 0 1-4.5-4.5L4.5 7',
  model: 'M8 1.5 9.6 6.4 14.5 8l-4.9 1.6L8 14.5 6.4 9.6 1.5 8l4.9-1.6z',
  embeddings: 'M4 4h.01M8 4h.01M12 4h.01M4 8h.01M8 8h.01M12 8h.01M4 12h.01M8 12h.01M12 12h.01',
  retrieval: 'M3 2.5h7v5M3 2.5v11h3.5M10 13a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM12 12.3l2 2',
  tool: 'M10 2.5a3.5 3.5 0 0 0-3.3 4.7L2.5 11.4l2.1 2.1 4.2-4.2A3.5 3.5 0 0 0 13.4 5L11 7.2 8.8 5 11.2 2.7A3.5 3.5 0 0 0 10 2.5Z',
  agent: 'M3 6h10v7H3zM8 6V3M8 2.5h.01M6 9v1M10 9v1',
  server: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01',
  client: 'M3 8h9M8.5 4 12.5 8l-4 4',
  messaging: 'M2 4h12v8H2zM2 4.5 8 9l6-4.5',
  internal: 'M8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  keyboard: 'M1.5 4h13v8h-13zM4 6.5h.01M6.5 6.5h.01M9 6.5h.01M11.5 6.5h.01M5 9.5h6',
  expand: 'M4.5 6 8 2.5 11.5 6M4.5 10 8 13.5 11.5 10',
  collapse: 'M4.5 2.5 8 6l3.5-3.5M4.5 13.5 8 10l3.5 3.5',
} as const;

export type IconName = keyof typeof paths;

/** Decorative: what it means stands beside it, or on the control it is in. */
export function Icon({
  name,
  size = 16,
  className,
}: {
  name: IconName;
  size?: number;
  className?: string | undefined;
}) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
