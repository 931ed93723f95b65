import { memo } from 'react';
import { Link } from 'wouter';
import type { TraceSummary } from '../../api/types';
import { formatCost, formatCount, plural } from '../../components/format';
import { Tag } from '../../components/tag';
import { Tokens } from '../../components/tokens';
import { classNames } from '../../styles/class-names';
import { formatDuration } from '../../time/duration';
import { formatExactTimestamp, formatRelative } from '../../time/timestamp';
import styles from './trace-table.module.css';

interface Properties {
  trace: TraceSummary;
  colour: string;
  /** The duration's bar, 0 to 1. */
  share: number;
  now: number;
  active: boolean;
}

const shownModels = 2;

function Models({ models }: { models: string[] }) {
  return (
    <span className={styles.models} title={models.join(', ')}>
      {models.slice(0, shownModels).map((model) => (
        <Tag key={model} mono>
          {model}
        </Tag>
      ))}
      {models.length > shownModels && <span className={styles.nothing}>+{models.length - shownModels}</span>}
    </span>
  );
}

/** The cells of a row. On narrow screens the same cells are laid out as a card. */
export const TraceRow = memo(function TraceRow({ trace, colour, share, now, active }: Properties) {
  const used = trace.inputTokens + trace.outputTokens > 0;
  const others = trace.services.filter((service) => service !== trace.rootService);
  return (
    <>
      <span role="gridcell" className={styles.started} title={formatExactTimestamp(trace.startTimeUnixNano)}>
        {formatRelative(trace.startTimeUnixNano, now)}
      </span>
      <span role="gridcell" className={styles.trace}>
        <span className={styles.dot} style={{ background: colour }} />
        <Link href={`/trace/${trace.traceId}`} className={styles.name} tabIndex={active ? 0 : -1}>
          {trace.rootName === '' ? '(root not received)' : trace.rootName}
        </Link>
        <span className={styles.service} title={trace.services.join(', ')}>
          {trace.rootService}
          {others.length > 0 && ` +${others.length}`}
        </span>
      </span>
      <span role="gridcell" className={styles.duration}>
        <span className={styles.bar} style={{ transform: `scaleX(${share})` }} />
        {formatDuration(trace.durationNano)}
      </span>
      <span role="gridcell" className={classNames(styles.number, styles.spans)}>
        {formatCount(trace.spanCount)}
        <span className={styles.unit}>{trace.spanCount === 1 ? ' span' : ' spans'}</span>
      </span>
      <span role="gridcell" className={classNames(styles.number, styles.errors)}>
        {trace.errorCount > 0 ? (
          <Tag tone="danger" title={plural(trace.errorCount, 'error')}>
            {formatCount(trace.errorCount)}
            <span className={styles.unit}>{trace.errorCount === 1 ? ' error' : ' errors'}</span>
          </Tag>
        ) : (
          <span className={styles.nothing}>–</span>
        )}
      </span>
      <span role="gridcell" className={classNames(styles.number, styles.tokens)}>
        {used ? (
          <Tokens input={trace.inputTokens} output={trace.outputTokens} />
        ) : (
          <span className={styles.nothing}>–</span>
        )}
      </span>
      <span role="gridcell" className={classNames(styles.number, styles.cost)}>
        {trace.cost === null ? <span className={styles.nothing}>–</span> : formatCost(trace.cost)}
      </span>
      <span role="gridcell" className={styles.modelsCell}>
        <Models models={trace.models} />
      </span>
    </>
  );
});
