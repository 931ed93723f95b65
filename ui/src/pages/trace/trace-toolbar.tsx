import type { RefObject } from 'react';
import { Button } from '../../components/button';
import { TextField } from '../../components/fields';
import { formatCount } from '../../components/format';
import { Icon } from '../../components/icon';
import { operationNames } from '../../genai/operation';
import { operationColour, type ColourBy } from '../../trace/colour';
import type { TraceModel } from '../../trace/model';
import type { TimeRange } from '../../trace/timeline';
import styles from './trace-toolbar.module.css';
import type { Collapsed } from './use-collapsed';
import type { Find } from './use-find';

interface Properties {
  model: TraceModel;
  find: Find;
  goToFound: (text: string, step: 1 | -1) => void;
  search: RefObject<HTMLInputElement | null>;
  collapsed: Collapsed;
  cursor: number;
  colourBy: ColourBy;
  setColourBy: (by: ColourBy) => void;
  zoom: TimeRange | null;
  setZoom: (zoom: TimeRange | null) => void;
}

function Legend({ model, colourBy }: { model: TraceModel; colourBy: ColourBy }) {
  const entries =
    colourBy === 'operation'
      ? model.operations.map((operation) => [operationNames[operation], operationColour(operation)] as const)
      : model.services.map((service) => [service, model.serviceColours.get(service)] as const);
  return (
    <ul className={styles.legend} aria-label={`Colours by ${colourBy}`}>
      {entries.map(([name, colour]) => (
        <li key={name} className={styles.entry}>
          <span className={styles.swatch} style={{ background: colour }} />
          {name}
        </li>
      ))}
    </ul>
  );
}

function FoundCount({ find, cursor }: { find: Find; cursor: number }) {
  if (find.positions === null) return null;
  const at = find.positions.indexOf(cursor);
  const count = formatCount(find.positions.length);
  return (
    <span className={styles.found} role="status">
      {find.positions.length === 0 ? 'No match' : at < 0 ? `${count} found` : `${formatCount(at + 1)} of ${count}`}
    </span>
  );
}

export function TraceToolbar({
  model,
  find,
  goToFound,
  search,
  collapsed,
  cursor,
  colourBy,
  setColourBy,
  zoom,
  setZoom,
}: Properties) {
  return (
    <div className={styles.toolbar}>
      <TextField
        field={search}
        className={styles.search}
        search
        label="Find in this trace; Enter goes to the next match, Shift+Enter to the one before"
        placeholder="Find in this trace"
        hint="/"
        value={find.text}
        change={find.change}
        onKeyDown={(event) => {
          if (event.key === 'Enter') goToFound(event.currentTarget.value, event.shiftKey ? -1 : 1);
        }}
      />
      <FoundCount find={find} cursor={cursor} />
      <span className={styles.space} />
      <Legend model={model} colourBy={colourBy} />
      {zoom !== null && (
        <Button onClick={() => setZoom(null)} title="Show the whole time axis (z)">
          Whole trace
        </Button>
      )}
      <Button
        look="quiet"
        className={styles.colour}
        onClick={() => setColourBy(colourBy === 'operation' ? 'service' : 'operation')}
        title={`Colour by ${colourBy === 'operation' ? 'service' : 'operation'}`}
      >
        By {colourBy}
      </Button>
      <Button
        look="quiet"
        square
        onClick={() => collapsed.setAll(!collapsed.any)}
        aria-label={collapsed.any ? 'Expand everything' : 'Collapse everything'}
        title={collapsed.any ? 'Expand everything (O)' : 'Collapse everything (O)'}
      >
        <Icon name={collapsed.any ? 'expand' : 'collapse'} />
      </Button>
    </div>
  );
}
