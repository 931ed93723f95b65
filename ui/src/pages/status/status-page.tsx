import { useStatus } from '../../api/queries';
import { CopyButton } from '../../components/copy-button';
import { formatCount } from '../../components/format';
import { ErrorNotice, StaleBanner } from '../../components/notice';
import table from '../../components/table.module.css';
import { formatDuration } from '../../time/duration';
import { useDocumentTitle } from '../use-document-title';
import styles from './status-page.module.css';

function Facts({ title, facts }: { title: string; facts: [string, React.ReactNode][] }) {
  return (
    <section className={styles.section}>
      <h2>{title}</h2>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name} className={styles.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const copied = (text: string): React.ReactNode => (
  <CopyButton text={text} label={`Copy ${text}`} className={styles.copy}>
    <code>{text}</code>
  </CopyButton>
);

export function StatusPage() {
  useDocumentTitle('Status');
  const { data, error, refetch } = useStatus();
  if (data === undefined) {
    return error === null ? (
      <p className={table.loading}>Loading…</p>
    ) : (
      <ErrorNotice title="The server could not be reached" error={error} retry={refetch} />
    );
  }
  const { totals, endpoints, refused } = data;
  return (
    <>
      {error !== null && <StaleBanner error={error} retry={refetch} />}
      <div className={styles.page}>
        <h1 className="visually-hidden">Status</h1>
        <Facts
          title="Server"
          facts={[
            ['Version', data.version],
            ['Running for', formatDuration(data.uptimeSeconds * 1e9)],
            ['Data directory', copied(data.dataDirectory)],
          ]}
        />
        <Facts
          title="Receives at"
          facts={[
            ['OTLP over gRPC', copied(endpoints.otlpGrpc)],
            ['OTLP over HTTP', copied(endpoints.otlpHttp)],
            ['This page', copied(endpoints.ui)],
          ]}
        />
        <Facts
          title="Keeps"
          facts={[
            ['Spans', formatCount(totals.spans)],
            ['Log records', formatCount(totals.logRecords)],
            ['Data points', formatCount(totals.dataPoints)],
          ]}
        />
        <section className={styles.section}>
          <h2>Refused</h2>
          {refused.length === 0 ? (
            <p className={styles.nothing}>Nothing: everything that arrived was kept.</p>
          ) : (
            <dl className={styles.facts}>
              {refused.map(({ reason, count }) => (
                <div key={reason} className={styles.fact}>
                  <dt className={styles.reason}>{reason}</dt>
                  <dd>{formatCount(count)}</dd>
                </div>
              ))}
            </dl>
          )}
        </section>
      </div>
    </>
  );
}
