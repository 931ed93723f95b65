import { useSearchParams } from 'wouter';
import type { TraceFilters } from '../../api/queries';
import { isDuration } from '../../time/duration';

const empty: TraceFilters = { service: '', text: '', minDuration: '', errors: false };

export const isUnfiltered = (filters: TraceFilters): boolean =>
  Object.values(filters).every((value) => value === '' || value === false);

/** The filters as the address has them, and how to change some of them there. */
export function useTraceFilters(): {
  filters: TraceFilters;
  change: (some: Partial<TraceFilters>) => void;
  clear: () => void;
} {
  const [parameters, setParameters] = useSearchParams();
  const minDuration = parameters.get('minDuration') ?? '';
  const filters: TraceFilters = {
    service: parameters.get('service') ?? '',
    text: parameters.get('text') ?? '',
    minDuration: isDuration(minDuration) ? minDuration : '',
    errors: parameters.get('errors') === 'true',
  };
  const change = (some: Partial<TraceFilters>): void => {
    const next = Object.entries({ ...filters, ...some }).filter(([, value]) => value !== '' && value !== false);
    setParameters(new URLSearchParams(next.map(([name, value]): [string, string] => [name, String(value)])), {
      replace: true,
    });
  };
  return { filters, change, clear: () => change(empty) };
}
