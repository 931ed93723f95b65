import { Link } from 'wouter';
import { CopyButton } from '../../components/copy-button';
import { formatCount } from '../../components/format';
import { Icon } from '../../components/icon';
import { Tag } from '../../components/tag';
import { Tokens } from '../../components/tokens';
import { formatDuration } from '../../time/duration';
import { formatExactTimestamp, formatRelative, formatTimestamp } from '../../time/timestamp';
import { useNow } from '../../time/use-now';
import type { TraceModel } from '../../trace/model';
import { pathOfLeftList } from '../traces/list-place';
import styles from './trace-header.module.css';

function Fact({ name, children, title }: { name: string; children: React.ReactNode; title?: string }) {
  return (
    <div className={styles.fact} title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function TraceHeader({ model }: { model: TraceModel }) {
  const now = useNow();
  const { trace, root, services } = model;
  return (
    <header className={styles.header}>
      <div className={styles.titleLine}>
        <Link
          href={pathOfLeftList()}
          className={styles.back}
          aria-label="Back to the traces"
          title="Back to the traces (Esc)"
        >
          <Icon name="back" />
        </Link>
        <h1 className={styles.title}>{root.name}</h1>
        <span className={styles.service}>
          <span className={styles.dot} style={{ background: model.serviceColours.get(root.service) }} />
          {root.service}
        </span>
        <span className={styles.space} />
        <CopyButton text={trace.traceId} label="Copy the trace id">
          <code className={styles.id}>{trace.traceId}</code>
        </CopyButton>
        <CopyButton text={() => window.location.href} label="Copy a link to what you see" icon="link" />
      </div>
      <dl className={styles.facts}>
        <Fact name="Started" title={formatExactTimestamp(model.startTimeUnixNano)}>
          {formatTimestamp(model.startTimeUnixNano)}{' '}
          <span className={styles.aside}>{formatRelative(model.startTimeUnixNano, now)}</span>
        </Fact>
        <Fact name="Duration">
          {root.isRunning ? `running, ${formatDuration(model.duration)}` : formatDuration(model.duration)}
        </Fact>
        <Fact name="Spans">{formatCount(model.nodes.length)}</Fact>
        {services.length > 1 && (
          <Fact name="Services" title={services.join(', ')}>
            {services.length}
          </Fact>
        )}
        <Fact name="Errors">{model.errors > 0 ? <Tag tone="danger">{formatCount(model.errors)}</Tag> : '0'}</Fact>
        {model.inputTokens + model.outputTokens > 0 && (
          <Fact name="Tokens in → out">
            <Tokens input={model.inputTokens} output={model.outputTokens} sum />
          </Fact>
        )}
        {model.models.length > 0 && (
          <Fact name={model.models.length === 1 ? 'Model' : 'Models'}>
            <span className={styles.models}>
              {model.models.map((name) => (
                <Tag key={name} mono>
                  {name}
                </Tag>
              ))}
            </span>
          </Fact>
        )}
      </dl>
    </header>
  );
}
