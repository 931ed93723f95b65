// The fields that narrow a list.

import { useEffect, useId, useRef, useState } from 'react';
import { classNames } from '../styles/class-names';
import styles from './fields.module.css';
import { Icon } from './icon';

const typingMilliseconds = 250;

interface TextProperties {
  value: string;
  change: (value: string) => void;
  label: string;
  placeholder: string;
  /** Values to offer. */
  suggestions?: string[];
  /** What is wrong with a value, or null. A wrong value is not passed on. */
  problem?: (value: string) => string | null;
  search?: boolean;
  /** The key that leads here. */
  hint?: string;
  className?: string | undefined;
  field?: React.Ref<HTMLInputElement>;
  onKeyDown?: (event: React.KeyboardEvent<HTMLInputElement>) => void;
}

/** A text field that passes on what was typed when the typing pauses. */
export function TextField({
  value,
  change,
  label,
  placeholder,
  suggestions,
  problem,
  search = false,
  hint,
  className,
  field,
  onKeyDown,
}: TextProperties) {
  // What is being typed belongs to the value it began with: another value from outside replaces it.
  const [draft, setDraft] = useState({ of: value, text: value });
  const text = draft.of === value ? draft.text : value;
  const wrong = text === '' ? null : (problem?.(text) ?? null);
  const timer = useRef<number | undefined>(undefined);
  const listId = useId();
  useEffect(() => () => clearTimeout(timer.current), []);
  const pass = (wanted: string): void => {
    clearTimeout(timer.current);
    if (wanted === value || (wanted !== '' && problem?.(wanted))) return;
    setDraft({ of: wanted, text: wanted });
    change(wanted);
  };
  const type = (wanted: string): void => {
    setDraft({ of: value, text: wanted });
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => pass(wanted), typingMilliseconds);
  };
  return (
    <span className={classNames(styles.field, search && styles.search, className)}>
      {search && <Icon name="search" size={14} className={styles.icon} />}
      {search && text === '' && hint !== undefined && <kbd className={styles.hint}>{hint}</kbd>}
      <input
        ref={field}
        className={styles.input}
        type={search ? 'search' : 'text'}
        aria-label={label}
        aria-invalid={wrong !== null}
        title={wrong ?? label}
        placeholder={placeholder}
        list={suggestions === undefined ? undefined : listId}
        spellCheck={false}
        autoComplete="off"
        value={text}
        onChange={(event) => type(event.target.value)}
        onBlur={() => pass(text)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') pass(text);
          if (event.key === 'Escape') {
            // Leaves the field, and nothing further: the text stays.
            event.currentTarget.blur();
            event.preventDefault();
          }
          onKeyDown?.(event);
        }}
      />
      {suggestions !== undefined && (
        <datalist id={listId}>
          {suggestions.map((suggestion) => (
            <option key={suggestion} value={suggestion} />
          ))}
        </datalist>
      )}
    </span>
  );
}

interface SelectProperties {
  value: string;
  change: (value: string) => void;
  label: string;
  /** Value and what it is called. */
  options: [string, string][];
}

export function SelectField({ value, change, label, options }: SelectProperties) {
  return (
    <span className={classNames(styles.field, styles.select)}>
      <select
        className={styles.input}
        aria-label={label}
        title={label}
        value={value}
        onChange={(event) => change(event.target.value)}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
      <Icon name="chevron" size={12} className={styles.arrow} />
    </span>
  );
}
