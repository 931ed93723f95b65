// Everything the trace page derives from the API's answer, computed once.

import type { Log, Span, Trace } from '../api/types';
import { operationOf, type Operation } from '../genai/operation';
import { seriesColours } from '../palette/series';
import { offsetFrom } from '../time/timestamp';
import { buildTree, type SpanNode } from './tree';

export interface TimedNode extends SpanNode {
  /** The span's id, made unique where two spans have one: this names the node in addresses. */
  key: string;
  /** Nanoseconds from the trace's start. */
  offset: number;
  /** Of a running span: up to the last that is known of the trace. */
  duration: number;
  operation: Operation;
}

export interface TraceModel {
  trace: Trace;
  nodes: TimedNode[];
  positionByKey: Map<string, number>;
  root: Span;
  startTimeUnixNano: string;
  /** Nanoseconds from the earliest start to the latest end. */
  duration: number;
  services: string[];
  serviceColours: Map<string, string>;
  operations: Operation[];
  models: string[];
  errors: number;
  inputTokens: number;
  outputTokens: number;
  logsBySpan: Map<string, Log[]>;
}

function groupLogs(logs: Log[]): Map<string, Log[]> {
  const groups = new Map<string, Log[]>();
  for (const log of logs) {
    const group = groups.get(log.spanId);
    if (group === undefined) groups.set(log.spanId, [log]);
    else group.push(log);
  }
  return groups;
}

function earliestStart(spans: Span[]): bigint {
  return spans.map((span) => BigInt(span.startTimeUnixNano)).reduce((a, b) => (b < a ? b : a));
}

/** "id", and "id~2" for a second span of that id. */
function keyMaker(): (spanId: string) => string {
  const used = new Map<string, number>();
  return (spanId) => {
    const count = (used.get(spanId) ?? 0) + 1;
    used.set(spanId, count);
    return count === 1 ? spanId : `${spanId}~${count}`;
  };
}

/** Null for a trace of no spans, of which there is nothing to show. */
export function modelOf(trace: Trace): TraceModel | null {
  if (trace.spans.length === 0) return null;
  const start = earliestStart(trace.spans);
  const keyOf = keyMaker();
  // The nodes are this function's own, and copying 30,000 of them would be felt.
  const nodes = buildTree(trace.spans).map((node): TimedNode =>
    Object.assign(node, {
      key: keyOf(node.span.spanId),
      offset: offsetFrom(start, node.span.startTimeUnixNano),
      duration: Number(node.span.durationNano),
      operation: operationOf(node.span),
    }),
  );
  const first = nodes[0];
  if (first === undefined) return null;
  // An orphan may begin before the real root: clocks differ.
  const root = nodes.find((node) => node.parent === -1 && node.broken === null) ?? first;
  let total = { errors: 0, inputTokens: 0, outputTokens: 0 };
  let duration = 0;
  nodes.forEach((node) => {
    duration = Math.max(duration, node.offset + node.duration);
    if (node.parent === -1) {
      total = {
        errors: total.errors + node.total.errors,
        inputTokens: total.inputTokens + node.total.inputTokens,
        outputTokens: total.outputTokens + node.total.outputTokens,
      };
    }
  });
  nodes.forEach((node) => {
    if (node.span.isRunning) node.duration = Math.max(node.duration, duration - node.offset);
  });
  const services = [...new Set(nodes.map((node) => node.span.service))];
  return {
    trace,
    nodes,
    positionByKey: new Map(nodes.map((node, position) => [node.key, position])),
    root: root.span,
    startTimeUnixNano: String(start),
    duration,
    services,
    serviceColours: seriesColours(services),
    operations: [...new Set(nodes.map((node) => node.operation))],
    models: [...new Set(nodes.map((node) => node.span.genAi?.model ?? ''))].filter((model) => model !== ''),
    ...total,
    logsBySpan: groupLogs(trace.logs),
  };
}
