import { memo } from 'react';
import { formatCount, plural } from '../../components/format';
import { Icon } from '../../components/icon';
import { Tag } from '../../components/tag';
import { Tokens } from '../../components/tokens';
import { operationNames } from '../../genai/operation';
import { classNames } from '../../styles/class-names';
import { durationText } from '../../trace/duration-text';
import type { TimedNode } from '../../trace/model';
import type { TimeRange } from '../../trace/timeline';
import { SpanBar } from './span-bar';
import styles from './waterfall.module.css';

interface Properties {
  node: TimedNode;
  parent: TimedNode | undefined;
  colour: string;
  range: TimeRange;
  row: number;
  top: number;
  height: number;
  collapsed: boolean;
  active: boolean;
  /** While something else is searched for. */
  faded: boolean;
  position: number;
}

const indentPixels = 14;
const deepestIndent = 16;

/** Tokens and errors: the span's own; of everything below too while that is collapsed. */
function RowFacts({ node, collapsed }: { node: TimedNode; collapsed: boolean }) {
  const { genAi, status } = node.span;
  const own = status.code === 'error';
  const hidden = collapsed ? node.total.errors - (own ? 1 : 0) : 0;
  const sum = collapsed && node.total.inputTokens + node.total.outputTokens > 0;
  const counts = genAi !== null && (genAi.inputTokens !== null || genAi.outputTokens !== null);
  return (
    <>
      {sum ? (
        <Tokens input={node.total.inputTokens} output={node.total.outputTokens} sum />
      ) : (
        counts && <Tokens input={genAi.inputTokens} output={genAi.outputTokens} />
      )}
      {hidden > 0 && (
        <Tag tone="danger" title={`${plural(hidden, 'error')} below`}>
          {formatCount(hidden)}
        </Tag>
      )}
    </>
  );
}

function Toggle({ node, collapsed }: { node: TimedNode; collapsed: boolean }) {
  if (node.children === 0) return <span className={styles.noToggle} />;
  return (
    <button
      type="button"
      className={classNames(styles.toggle, !collapsed && styles.expanded)}
      tabIndex={-1}
      data-toggle
      aria-label={collapsed ? `Expand ${plural(node.descendants, 'span')}` : 'Collapse'}
    >
      <Icon name="chevron" size={12} />
    </button>
  );
}

/** One span. The waterfall handles its clicks, so that rows that did not change need not be drawn again. */
export const WaterfallRow = memo(function WaterfallRow({
  node,
  parent,
  colour,
  range,
  row,
  top,
  height,
  collapsed,
  active,
  faded,
  position,
}: Properties) {
  const { span } = node;
  const failed = span.status.code === 'error';
  const duration = durationText(node);
  const otherService = parent?.span.service !== span.service;
  const model = span.genAi?.model ?? '';
  return (
    <div
      id={`span-${node.key}`}
      role="row"
      aria-level={node.depth + 1}
      aria-rowindex={row + 1}
      aria-expanded={node.children > 0 ? !collapsed : undefined}
      aria-selected={active}
      className={classNames(styles.row, failed && styles.failed, faded && styles.faded)}
      style={{ height, transform: `translateY(${top}px)` }}
      data-position={position}
    >
      <span
        role="gridcell"
        className={styles.name}
        style={{ '--indent': `${Math.min(node.depth, deepestIndent) * indentPixels}px` } as React.CSSProperties}
      >
        <Toggle node={node} collapsed={collapsed} />
        <span className={styles.operation} style={{ color: colour }} title={operationNames[node.operation]}>
          <Icon name={node.operation} size={14} />
        </span>
        <span className={styles.text} title={span.name}>
          {span.name}
        </span>
        {collapsed && <span className={styles.count}>{formatCount(node.descendants)}</span>}
        {node.depth > deepestIndent && <span className={styles.count}>depth {node.depth}</span>}
        {failed && <Icon name="error" size={13} className={styles.errorMark} />}
        {failed && <span className="visually-hidden">error</span>}
        {node.broken !== null && (
          <Tag
            tone="warning"
            title={
              node.broken === 'cycle'
                ? 'This span is among its own ancestors'
                : `Its parent ${span.parentSpanId} has not arrived`
            }
          >
            {node.broken}
          </Tag>
        )}
        {otherService && <span className={styles.service}>{span.service}</span>}
        <span className={styles.facts}>
          {model !== '' && !span.name.includes(model) && <span className={styles.model}>{model}</span>}
          <RowFacts node={node} collapsed={collapsed} />
        </span>
        <span className={styles.narrowDuration}>{duration}</span>
      </span>
      <span role="gridcell" className={styles.time}>
        <SpanBar node={node} colour={colour} range={range} label={duration} />
      </span>
    </div>
  );
});
