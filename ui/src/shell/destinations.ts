import type { IconName } from '../components/icon';

export interface Destination {
  path: string;
  name: string;
  icon: IconName;
  keys: string;
}

export const destinations: Destination[] = [
  { path: '/', name: 'Traces', icon: 'traces', keys: 'g t' },
  { path: '/logs', name: 'Logs', icon: 'logs', keys: 'g l' },
  { path: '/metrics', name: 'Metrics', icon: 'metrics', keys: 'g m' },
  { path: '/status', name: 'Status', icon: 'status', keys: 'g s' },
];

export function isAt(destination: Destination, location: string): boolean {
  return destination.path === '/' ? location === '/' || location.startsWith('/trace/') : location === destination.path;
}
