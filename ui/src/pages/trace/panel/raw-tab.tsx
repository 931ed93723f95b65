import { useMemo } from 'react';
import type { Span } from '../../../api/types';
import { CopyButton } from '../../../components/copy-button';
import { formatCount } from '../../../components/format';
import styles from './raw-tab.module.css';

const mostText = 200_000;

/** The span as the server sent it. */
export function RawTab({ span }: { span: Span }) {
  const text = useMemo(() => JSON.stringify(span, null, 2), [span]);
  return (
    <div className={styles.raw}>
      <CopyButton className={styles.copy} text={text} label="Copy the JSON">
        Copy
      </CopyButton>
      <pre className={styles.code}>{text.slice(0, mostText)}</pre>
      {text.length > mostText && (
        <p className={styles.cut}>
          Only the first {formatCount(mostText)} of {formatCount(text.length)} characters are shown; copying takes all
          of them.
        </p>
      )}
    </div>
  );
}
