// A value of any type, as far down as it goes: scalars with their type showing, text that opens when long, arrays
// and maps as trees. What is very long is cut on screen and says so; copying takes all of it.

import { useState } from 'react';
import type { AnyValue } from '../../../api/types';
import { fromPlain, toLine, typed } from '../../../attributes/any-value';
import { formatCount, plural } from '../../../components/format';
import { unwrap } from '../../../genai/messages';
import { classNames } from '../../../styles/class-names';
import styles from './value-view.module.css';

const charactersPerLine = 70;
const mostText = 100_000;
const mostItems = 200;

interface LongTextProperties {
  text: string;
  lines?: number;
  className?: string | undefined;
  /** How what is shown is drawn; plainly otherwise. */
  render?: (shown: string) => React.ReactNode;
}

/** Text that may be long: its first `lines`, until opened. */
export function LongText({ text, lines = 6, className, render }: LongTextProperties) {
  const [open, setOpen] = useState(false);
  const longest = lines * charactersPerLine;
  const split = text.split('\n', lines + 1);
  const long = text.length > longest || split.length > lines;
  const beginning = split.slice(0, lines).join('\n').slice(0, longest);
  const shown = !long ? text : open ? text.slice(0, mostText) : `${beginning}…`;
  return (
    <>
      <span className={classNames(styles.text, className)}>{render === undefined ? shown : render(shown)}</span>
      {long && (
        <button type="button" className={styles.more} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
        </button>
      )}
      {open && text.length > mostText && (
        <span className={styles.cut}>
          Only the first {formatCount(mostText)} characters are shown; copying takes all of them.
        </span>
      )}
    </>
  );
}

const mostInline = 12;
const longestInline = 120;

/** A short list of scalars on one line, or null where the value is more than that. */
function inlineList(values: AnyValue[]): string | null {
  if (values.length === 0 || values.length > mostInline) return null;
  const scalars = values
    .map(typed)
    .map((read) => ('text' in read ? (read.type === 'string' ? JSON.stringify(read.text) : read.text) : null));
  if (scalars.includes(null)) return null;
  const line = `[${scalars.join(', ')}]`;
  return line.length <= longestInline ? line : null;
}

function ArrayView({ values, depth }: { values: AnyValue[]; depth: number }) {
  const line = inlineList(values);
  if (line !== null) return <span className={styles.code}>{line}</span>;
  return <Branch entries={values.map((inner, index) => [String(index), inner])} brackets="[]" depth={depth} />;
}

function Branch({
  entries,
  brackets,
  depth,
}: {
  entries: [string, AnyValue | undefined][];
  brackets: string;
  depth: number;
}) {
  const [open, setOpen] = useState(depth < 2 && entries.length <= 20);
  const [most, setMost] = useState(mostItems);
  if (entries.length === 0) return <span className={styles.type}>{brackets}</span>;
  const [first = '', last = ''] = brackets;
  if (!open) {
    return (
      <button type="button" className={styles.fold} aria-expanded={false} onClick={() => setOpen(true)}>
        {first}
        <span className={styles.preview}>
          {entries
            .map(([, value]) => toLine(value, 40))
            .slice(0, 4)
            .join(', ')}
        </span>
        {last} <span className={styles.type}>{entries.length}</span>
      </button>
    );
  }
  return (
    <span className={styles.branch}>
      <button type="button" className={styles.fold} aria-expanded={true} onClick={() => setOpen(false)}>
        {brackets} <span className={styles.type}>{plural(entries.length, 'entry', 'entries')}</span>
      </button>
      <span className={styles.entries}>
        {entries.slice(0, most).map(([key, value], index) => (
          <span key={index} className={styles.entry}>
            <span className={styles.key}>{key}</span>
            <span className={styles.value}>
              <ValueView value={value} depth={depth + 1} />
            </span>
          </span>
        ))}
        {entries.length > most && (
          <button type="button" className={styles.more} onClick={() => setMost(most + mostItems * 5)}>
            Show more of {formatCount(entries.length)}
          </button>
        )}
      </span>
    </span>
  );
}

/** Text that is JSON can be read as what it holds, or as it came. */
function StringView({ text, depth }: { text: string; depth: number }) {
  const [raw, setRaw] = useState(false);
  const held = unwrap(text);
  if (typeof held !== 'object' || held === null)
    return text === '' ? <span className={styles.type}>empty string</span> : <LongText text={text} />;
  return (
    <>
      <button
        type="button"
        className={styles.asJson}
        onClick={() => setRaw(!raw)}
        title="The value is JSON in a string"
      >
        {raw ? 'as JSON' : 'as text'}
      </button>
      {raw ? <LongText text={text} className={styles.code} /> : <ValueView value={fromPlain(held)} depth={depth} />}
    </>
  );
}

export function ValueView({ value, depth = 0 }: { value: AnyValue | undefined; depth?: number }) {
  const read = typed(value);
  switch (read.type) {
    case 'empty':
      return <span className={styles.type}>empty</span>;
    case 'string':
      return <StringView text={read.text} depth={depth} />;
    case 'bool':
    case 'int':
    case 'double':
      return (
        <span className={styles[read.type]} title={read.type}>
          {read.text}
        </span>
      );
    case 'bytes':
      return (
        <>
          <span className={styles.type}>bytes, base64 </span>
          <LongText text={read.text} className={styles.code} />
        </>
      );
    case 'array':
      return <ArrayView values={read.values} depth={depth} />;
    case 'map':
      return <Branch entries={read.values.map(({ key, value: inner }) => [key, inner])} brackets="{}" depth={depth} />;
  }
}
