import { Link } from 'wouter';
import type { Span } from '../../../api/types';
import { Icon } from '../../../components/icon';
import { AttributeList } from './attribute-list';
import styles from './links-tab.module.css';
import { Dropped } from './tab-parts';

export function LinksTab({ span }: { span: Span }) {
  return (
    <>
      <ol>
        {span.links.map(({ traceId, spanId, attributes }, index) => (
          <li key={index} className={styles.link}>
            <Link href={`/trace/${traceId}?span=${spanId}`} className={styles.target}>
              <Icon name="link" />
              <span>
                Trace <code>{traceId}</code>
                <br />
                Span <code>{spanId}</code>
              </span>
            </Link>
            {attributes.length > 0 && <AttributeList attributes={attributes} />}
          </li>
        ))}
      </ol>
      <Dropped count={span.droppedLinks} what="links" />
    </>
  );
}
