import { useMemo } from 'react';
import { Link } from 'wouter';
import { ApiError } from '../../api/client';
import { useTrace } from '../../api/queries';
import { ErrorNotice, Notice, StaleBanner } from '../../components/notice';
import { modelOf } from '../../trace/model';
import { useDocumentTitle } from '../use-document-title';
import { TraceSkeleton } from './trace-skeleton';
import { TraceView } from './trace-view';
import notice from '../../components/notice.module.css';

export function TracePage({ traceId }: { traceId: string }) {
  const { data, error, refetch } = useTrace(traceId);
  const model = useMemo(() => (data === undefined ? null : modelOf(data)), [data]);
  useDocumentTitle(model?.root.name ?? 'Trace');
  if (model !== null) {
    return (
      <>
        {error !== null && <StaleBanner error={error} retry={refetch} />}
        <TraceView model={model} />
      </>
    );
  }
  if (error instanceof ApiError && error.code === 404) {
    return (
      <Notice icon="search" title="This trace is not here yet">
        <p className={notice.text}>
          No span of <code>{traceId}</code> has arrived. If its application is still running, its spans may come when
          they end: this page keeps looking.
        </p>
        <Link href="/">Go to the traces</Link>
      </Notice>
    );
  }
  if (error !== null) return <ErrorNotice title="The trace could not be loaded" error={error} retry={refetch} />;
  if (data !== undefined) return <Notice icon="search" title="This trace has no spans" />;
  return <TraceSkeleton />;
}
