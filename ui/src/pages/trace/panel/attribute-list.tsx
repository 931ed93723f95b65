import { Fragment } from 'react';
import type { KeyValue } from '../../../api/types';
import { toText, typed } from '../../../attributes/any-value';
import { CopyButton } from '../../../components/copy-button';
import styles from './attribute-list.module.css';
import { ValueView } from './value-view';

/** A dotted name that may break after its dots and underscores rather than within a word. */
function Breakable({ name }: { name: string }) {
  return name.split(/(?<=[._/-])/).map((piece, index) => (
    <Fragment key={index}>
      {piece}
      <wbr />
    </Fragment>
  ));
}

/** Attributes by key: the type on hover, the value in full, and a button that copies it. */
export function AttributeList({ attributes }: { attributes: KeyValue[] }) {
  const sorted = attributes.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return (
    <dl className={styles.list}>
      {sorted.map(({ key, value }, index) => (
        <div key={index} className={styles.attribute}>
          <dt className={styles.key} title={`${key} (${typed(value).type})`}>
            <Breakable name={key} />
          </dt>
          <dd className={styles.value}>
            <ValueView value={value} />
            <CopyButton className={styles.copy} text={() => toText(value)} label={`Copy the value of ${key}`} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
