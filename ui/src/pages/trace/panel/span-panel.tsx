// Everything there is to know of one span.

import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { KeyValue, Log, Span } from '../../../api/types';
import { conversationOf, type Conversation } from '../../../genai/messages';
import { classNames } from '../../../styles/class-names';
import type { TraceModel } from '../../../trace/model';
import { AttributesTab } from './attributes-tab';
import { ConversationTab } from './conversation-tab';
import { EventsTab } from './events-tab';
import { LinksTab } from './links-tab';
import { LogsTab } from './logs-tab';
import { RawTab } from './raw-tab';
import { ResourceTab } from './resource-tab';
import { SpanSummary } from './span-summary';
import styles from './span-panel.module.css';

interface Tab {
  id: string;
  name: string;
  count?: number;
  content: () => React.ReactNode;
}

interface Content {
  span: Span;
  logs: Log[];
  resource: KeyValue[];
  conversation: Conversation | null;
}

/** What the span has, in the order a reader wants it. */
function tabsOf({ span, logs, resource, conversation }: Content): Tab[] {
  const tabs: (Tab | null)[] = [
    conversation && {
      id: 'messages',
      name: 'Messages',
      count: conversation.input.length + conversation.output.length,
      content: () => <ConversationTab conversation={conversation} />,
    },
    {
      id: 'attributes',
      name: 'Attributes',
      count: span.attributes.length,
      content: () => <AttributesTab span={span} />,
    },
    { id: 'events', name: 'Events', count: span.events.length, content: () => <EventsTab span={span} /> },
    span.links.length + span.droppedLinks > 0
      ? { id: 'links', name: 'Links', count: span.links.length, content: () => <LinksTab span={span} /> }
      : null,
    logs.length > 0
      ? { id: 'logs', name: 'Logs', count: logs.length, content: () => <LogsTab span={span} logs={logs} /> }
      : null,
    { id: 'resource', name: 'Resource', content: () => <ResourceTab span={span} resource={resource} /> },
    { id: 'raw', name: 'Raw', content: () => <RawTab span={span} /> },
  ];
  return tabs.filter((tab) => tab !== null);
}

interface Properties {
  model: TraceModel;
  position: number;
  close: () => void;
  goTo: (position: number) => void;
}

export function SpanPanel({ model, position, close, goTo }: Properties) {
  const [parameters, setParameters] = useSearchParams();
  const node = model.nodes[position];
  const span = node?.span;
  const logs = model.logsBySpan.get(span?.spanId ?? '');
  const conversation = useMemo(
    () =>
      span === undefined
        ? null
        : conversationOf([
            span.attributes,
            ...span.events.map((event) => event.attributes),
            ...(logs ?? []).map((log) => log.attributes),
          ]),
    [span, logs],
  );
  if (node === undefined || span === undefined) return null;
  const resource = model.trace.resources[span.resource]?.attributes ?? [];
  const tabs = tabsOf({ span, logs: logs ?? [], resource, conversation });
  const wanted = parameters.get('tab') ?? '';
  const chosen = tabs.find(({ id }) => id === wanted) ?? tabs[0];
  const choose = (id: string): void => {
    setParameters(
      (old) => {
        const next = new URLSearchParams(old);
        next.set('tab', id);
        return next;
      },
      { replace: true },
    );
  };
  const moveTo = (event: React.KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = tabs[(tabs.findIndex(({ id }) => id === chosen?.id) + step + tabs.length) % tabs.length];
    if (next !== undefined) choose(next.id);
    const { currentTarget } = event;
    requestAnimationFrame(() => currentTarget.querySelector<HTMLElement>('[aria-selected=true]')?.focus());
    event.preventDefault();
  };
  return (
    <aside className={styles.panel} aria-label={`Span ${span.name}`}>
      <SpanSummary model={model} position={position} close={close} goTo={goTo} />
      <div className={styles.tabs} role="tablist" aria-label="About this span" tabIndex={-1} onKeyDown={moveTo}>
        {tabs.map(({ id, name, count }) => (
          <button
            key={id}
            type="button"
            role="tab"
            id={`tab-${id}`}
            aria-selected={id === chosen?.id}
            aria-controls="tab-content"
            tabIndex={id === chosen?.id ? 0 : -1}
            className={classNames(styles.tab, count === 0 && styles.emptyTab)}
            onClick={() => choose(id)}
          >
            {name}
            {count !== undefined && count > 0 && <span className={styles.count}>{count}</span>}
          </button>
        ))}
      </div>
      <div
        key={`${node.key} ${chosen?.id ?? ''}`}
        id="tab-content"
        className={styles.content}
        role="tabpanel"
        aria-labelledby={`tab-${chosen?.id ?? ''}`}
        // Scrolls, so the keyboard has to reach it.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
      >
        {chosen?.content()}
      </div>
    </aside>
  );
}
