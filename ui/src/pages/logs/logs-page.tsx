import { useRef, useState } from 'react';
import { useSearchParams } from 'wouter';
import { useLogs, useServices } from '../../api/queries';
import { Button } from '../../components/button';
import { SelectField, TextField } from '../../components/fields';
import bar from '../../components/filter-bar.module.css';
import { LiveButton } from '../../components/live-button';
import { ErrorNotice, Notice, StaleBanner } from '../../components/notice';
import table from '../../components/table.module.css';
import { useStoredFlag } from '../../components/use-stored-flag';
import { useShortcuts } from '../../keyboard/use-shortcuts';
import { useDocumentTitle } from '../use-document-title';
import { LogTable } from './log-table';

const severities: [string, string][] = [
  ['', 'Any severity'],
  ['5', 'Debug and up'],
  ['9', 'Info and up'],
  ['13', 'Warning and up'],
  ['17', 'Errors'],
];
const pageSize = 200;
const mostRecords = 2000;

export function LogsPage() {
  useDocumentTitle('Logs');
  const [parameters, setParameters] = useSearchParams();
  const [live, setLive] = useStoredFlag('sonde.live', true);
  const [limit, setLimit] = useState(pageSize);
  const search = useRef<HTMLInputElement>(null);
  const { data: services = [] } = useServices();
  const filters = {
    service: parameters.get('service') ?? '',
    text: parameters.get('text') ?? '',
    minSeverity: Number(parameters.get('minSeverity') ?? 0),
  };
  const { data: logs, error, refetch } = useLogs(filters, limit, live);
  const change = (name: string, value: string): void => {
    setParameters(
      (old) => {
        const next = new URLSearchParams(old);
        if (value === '') next.delete(name);
        else next.set(name, value);
        return next;
      },
      { replace: true },
    );
  };
  useShortcuts({ '/': () => search.current?.select(), r: () => setLive(!live) });

  const content = (): React.ReactNode => {
    if (logs === undefined)
      return error === null ? (
        <p className={table.loading}>Loading…</p>
      ) : (
        <ErrorNotice title="The logs could not be loaded" error={error} retry={refetch} />
      );
    if (logs.length === 0)
      return (
        <Notice
          icon="logs"
          title={parameters.size === 0 ? 'No log records yet' : 'No log record matches these filters'}
        />
      );
    return (
      <div className={table.scroller}>
        <LogTable logs={logs} />
        {logs.length >= limit && limit < mostRecords && (
          <div className={table.more}>
            <Button onClick={() => setLimit(Math.min(limit * 2, mostRecords))}>Show older records</Button>
          </div>
        )}
      </div>
    );
  };

  return (
    <>
      <h1 className="visually-hidden">Logs</h1>
      <search className={bar.bar}>
        <TextField
          field={search}
          className={bar.search}
          search
          label="Search log records"
          placeholder="Search log records"
          hint="/"
          value={filters.text}
          change={(text) => change('text', text)}
        />
        <SelectField
          label="Service"
          value={filters.service}
          change={(service) => change('service', service)}
          options={[['', 'All services'], ...services.map((name): [string, string] => [name, name])]}
        />
        <SelectField
          label="Least severity"
          value={parameters.get('minSeverity') ?? ''}
          change={(severity) => change('minSeverity', severity)}
          options={severities}
        />
        <span className={bar.space} />
        <LiveButton live={live} change={setLive} />
      </search>
      {error !== null && logs !== undefined && <StaleBanner error={error} retry={refetch} />}
      {content()}
    </>
  );
}
