import { useState } from 'react';
import type { Span } from '../../../api/types';
import { toText } from '../../../attributes/any-value';
import { TextField } from '../../../components/fields';
import { AttributeList } from './attribute-list';
import styles from './attributes-tab.module.css';
import { Dropped, Nothing } from './tab-parts';

const fewAttributes = 5;

export function AttributesTab({ span }: { span: Span }) {
  const [wanted, setWanted] = useState('');
  const text = wanted.toLowerCase();
  const shown = span.attributes.filter(
    ({ key, value }) => text === '' || `${key} ${toText(value)}`.toLowerCase().includes(text),
  );
  return (
    <>
      {span.attributes.length > fewAttributes && (
        <div className={styles.filter}>
          <TextField
            className={styles.field}
            search
            label="Filter attributes"
            placeholder="Filter by key or value"
            value={wanted}
            change={setWanted}
          />
        </div>
      )}
      <AttributeList attributes={shown} />
      {span.attributes.length === 0 && <Nothing>This span has no attributes.</Nothing>}
      {span.attributes.length > 0 && shown.length === 0 && <Nothing>No attribute matches.</Nothing>}
      <Dropped count={span.droppedAttributes} what="attributes" />
    </>
  );
}
