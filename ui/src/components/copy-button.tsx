import { useEffect, useState } from 'react';
import { classNames } from '../styles/class-names';
import { copyText } from './copy-text';
import styles from './copy-button.module.css';
import { Icon, type IconName } from './icon';

const feedbackMilliseconds = 1400;
type Outcome = 'copied' | 'failed' | null;

interface Properties {
  /** A function where the text is costly to make. */
  text: string | (() => string);
  /** What is copied, for the tooltip and screen readers: "Copy trace id". */
  label: string;
  /** Shown beside the icon. */
  children?: React.ReactNode;
  icon?: IconName;
  className?: string | undefined;
}

export function CopyButton({ text, label, children, icon = 'copy', className }: Properties) {
  const [outcome, setOutcome] = useState<Outcome>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), feedbackMilliseconds);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    copyText(typeof text === 'string' ? text : text()).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    );
  };
  return (
    <button
      type="button"
      className={classNames(styles.button, outcome !== null && styles[outcome], className)}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        copy();
      }}
    >
      <span className="visually-hidden">{label}</span>
      {children}
      <Icon name={outcome === 'copied' ? 'check' : outcome === 'failed' ? 'error' : icon} size={13} />
      <span className="visually-hidden" role="status">
        {outcome === 'copied' ? 'Copied' : outcome === 'failed' ? 'Could not copy' : ''}
      </span>
    </button>
  );
}
