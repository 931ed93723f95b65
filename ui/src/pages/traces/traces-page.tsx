import { Button } from '../../components/button';
import { ErrorNotice, Notice, StaleBanner } from '../../components/notice';
import { useStoredFlag } from '../../components/use-stored-flag';
import { useDocumentTitle } from '../use-document-title';
import { FirstSteps } from './first-steps';
import { TraceFilterBar } from './trace-filter-bar';
import { TraceTable } from './trace-table';
import { TraceTableSkeleton } from './trace-table-skeleton';
import { isUnfiltered, useTraceFilters } from './use-trace-filters';
import { useTraces } from './use-traces';

export function TracesPage() {
  useDocumentTitle('Traces');
  const { filters, change, clear } = useTraceFilters();
  const [live, setLive] = useStoredFlag('sonde.live', true);
  const { traces, older, error, retry } = useTraces(filters, live);

  const content = (): React.ReactNode => {
    if (older.isPending) return <TraceTableSkeleton />;
    if (older.data === undefined && error !== null)
      return <ErrorNotice title="The traces could not be loaded" error={error} retry={retry} />;
    if (traces.length > 0) {
      return (
        <TraceTable
          traces={traces}
          dimmed={older.isPlaceholderData}
          more={older.hasNextPage}
          loadMore={() => {
            if (!older.isFetchingNextPage) void older.fetchNextPage();
          }}
        />
      );
    }
    if (isUnfiltered(filters)) return <FirstSteps />;
    return (
      <Notice icon="search" title="No trace matches these filters">
        <Button onClick={clear}>Clear the filters</Button>
      </Notice>
    );
  };

  return (
    <>
      <h1 className="visually-hidden">Traces</h1>
      <TraceFilterBar filters={filters} change={change} clear={clear} live={live} setLive={setLive} />
      {error !== null && older.data !== undefined && <StaleBanner error={error} retry={retry} />}
      {content()}
    </>
  );
}
