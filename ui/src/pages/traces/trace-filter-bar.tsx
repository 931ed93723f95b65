import { useRef } from 'react';
import { useServices, type TraceFilters } from '../../api/queries';
import { Button } from '../../components/button';
import { SelectField, TextField } from '../../components/fields';
import bar from '../../components/filter-bar.module.css';
import { LiveButton } from '../../components/live-button';
import { useShortcuts } from '../../keyboard/use-shortcuts';
import { isDuration } from '../../time/duration';
import { isUnfiltered } from './use-trace-filters';

interface Properties {
  filters: TraceFilters;
  change: (some: Partial<TraceFilters>) => void;
  clear: () => void;
  live: boolean;
  setLive: (live: boolean) => void;
}

const durations = ['10ms', '100ms', '500ms', '1s', '5s', '30s'];
const durationProblem = (text: string): string | null =>
  isDuration(text) ? null : 'A number and its unit, such as 200ms or 1.5s';

export function TraceFilterBar({ filters, change, clear, live, setLive }: Properties) {
  const { data: services = [] } = useServices();
  const search = useRef<HTMLInputElement>(null);
  useShortcuts({
    '/': () => search.current?.select(),
    r: () => setLive(!live),
  });
  // A service from the address may have no spans left, and still has to be seen and removed.
  const names =
    filters.service === '' || services.includes(filters.service) ? services : [filters.service, ...services];
  return (
    <search className={bar.bar}>
      <TextField
        field={search}
        className={bar.search}
        search
        label="Search names and attributes"
        placeholder="Search names and attributes"
        hint="/"
        value={filters.text}
        change={(text) => change({ text })}
      />
      <SelectField
        label="Service"
        value={filters.service}
        change={(service) => change({ service })}
        options={[['', 'All services'], ...names.map((name): [string, string] => [name, name])]}
      />
      <TextField
        className={bar.short}
        label="Shortest duration"
        placeholder="Min duration"
        suggestions={durations}
        problem={durationProblem}
        value={filters.minDuration}
        change={(minDuration) => change({ minDuration })}
      />
      <Button aria-pressed={filters.errors} onClick={() => change({ errors: !filters.errors })}>
        Errors only
      </Button>
      {!isUnfiltered(filters) && (
        <Button look="quiet" onClick={clear}>
          Clear
        </Button>
      )}
      <span className={bar.space} />
      <LiveButton live={live} change={setLive} />
    </search>
  );
}
