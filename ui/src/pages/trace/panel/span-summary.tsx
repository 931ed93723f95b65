import { useMemo } from 'react';
import type { Span } from '../../../api/types';
import { Button } from '../../../components/button';
import { CopyButton } from '../../../components/copy-button';
import { formatCount } from '../../../components/format';
import { Icon } from '../../../components/icon';
import { Tag } from '../../../components/tag';
import { Tokens } from '../../../components/tokens';
import { operationNames, outputTokensPerSecond, timeToFirstChunk } from '../../../genai/operation';
import { formatDuration } from '../../../time/duration';
import { formatExactTimestamp } from '../../../time/timestamp';
import { operationColour } from '../../../trace/colour';
import { durationText } from '../../../trace/duration-text';
import type { TraceModel } from '../../../trace/model';
import { selfTime } from '../../../trace/self-time';
import styles from './span-summary.module.css';

function Fact({ name, children, title }: { name: string; children: React.ReactNode; title?: string | undefined }) {
  return (
    <div className={styles.fact} title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function GenAiFacts({ span }: { span: Span }) {
  const { genAi } = span;
  if (genAi === null) return null;
  const firstChunk = timeToFirstChunk(span);
  const rate = outputTokensPerSecond(span);
  return (
    <>
      {genAi.model !== '' && (
        <Fact name="Model">
          <code>{genAi.model}</code>
          {genAi.provider !== '' && <span className={styles.aside}> {genAi.provider}</span>}
        </Fact>
      )}
      {(genAi.inputTokens !== null || genAi.outputTokens !== null) && (
        <Fact name="Tokens in → out">
          <Tokens input={genAi.inputTokens} output={genAi.outputTokens} />
        </Fact>
      )}
      {firstChunk !== null && <Fact name="First chunk after">{formatDuration(firstChunk)}</Fact>}
      {rate !== null && (
        <Fact
          name="Output rate"
          title={
            firstChunk === null
              ? 'Output tokens over the whole duration'
              : 'Output tokens over the time since the first chunk'
          }
        >
          {rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate))} tokens/s
        </Fact>
      )}
      {genAi.finishReasons.length > 0 && <Fact name="Finished">{genAi.finishReasons.join(', ')}</Fact>}
    </>
  );
}

interface Properties {
  model: TraceModel;
  position: number;
  close: () => void;
  goTo: (position: number) => void;
}

export function SpanSummary({ model, position, close, goTo }: Properties) {
  const own = useMemo(() => selfTime(model.nodes, position), [model, position]);
  const node = model.nodes[position];
  if (node === undefined) return null;
  const { span } = node;
  const parent = model.nodes[node.parent];
  return (
    <header className={styles.summary}>
      <div className={styles.titleLine}>
        <span
          className={styles.operation}
          style={{ color: operationColour(node.operation) }}
          title={operationNames[node.operation]}
        >
          <Icon name={node.operation} />
        </span>
        <h2 className={styles.title}>{span.name}</h2>
        <CopyButton text={span.spanId} label={`Copy the span id ${span.spanId}`} />
        <Button look="quiet" square onClick={close} aria-label="Close the panel" title="Close (Esc)">
          <Icon name="close" />
        </Button>
      </div>
      <p className={styles.origin}>
        {span.service}
        <span className={styles.aside}>
          {' · '}
          {span.kind}
          {span.scope.name !== '' &&
            ` · ${span.scope.name}${span.scope.version === '' ? '' : ` ${span.scope.version}`}`}
        </span>
        {parent !== undefined && (
          <>
            <span className={styles.aside}> · in </span>
            <button type="button" className={styles.parent} onClick={() => goTo(node.parent)}>
              {parent.span.name}
            </button>
          </>
        )}
      </p>
      {span.status.code === 'error' && (
        <p className={styles.error} role="note">
          <Icon name="error" />
          <span>
            {span.status.message === '' ? 'This span ended in an error, and says no more.' : span.status.message}
          </span>
        </p>
      )}
      <dl className={styles.facts}>
        <Fact
          name="Duration"
          title={span.isRunning ? 'As of the last snapshot; its process may have ended since' : undefined}
        >
          {durationText(node)}
        </Fact>
        <Fact name="Starts at" title={formatExactTimestamp(span.startTimeUnixNano)}>
          +{formatDuration(node.offset)}
        </Fact>
        {node.children > 0 && (
          <Fact name="Own time" title="Time during which none of its children ran">
            {formatDuration(own)}
          </Fact>
        )}
        {span.status.code === 'ok' && (
          <Fact name="Status">
            <Tag tone="accent">ok</Tag>
          </Fact>
        )}
        <GenAiFacts span={span} />
      </dl>
    </header>
  );
}
