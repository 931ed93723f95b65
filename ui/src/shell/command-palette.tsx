import { useState } from 'react';
import { useLocation } from 'wouter';
import { useServices } from '../api/queries';
import { Dialog } from '../components/dialog';
import { Icon, type IconName } from '../components/icon';
import { nextTheme, setTheme, useTheme } from '../theme/use-theme';
import styles from './command-palette.module.css';
import { destinations } from './destinations';
import { parseTraceReference, pathOfTrace } from './trace-reference';

interface Command {
  id: string;
  icon: IconName;
  name: string;
  hint: string;
  run: () => void;
}

function useCommands(text: string): Command[] {
  const [, navigate] = useLocation();
  const { data: services = [] } = useServices();
  const theme = useTheme();
  const wanted = text.trim().toLowerCase();
  const reference = parseTraceReference(text);
  const commands: Command[] = [
    ...destinations.map(({ path, name, icon, keys }) => ({
      id: path,
      icon,
      name,
      hint: keys,
      run: () => navigate(path),
    })),
    ...services.map((service) => ({
      id: `service ${service}`,
      icon: 'server' as const,
      name: service,
      hint: 'traces of this service',
      run: () => navigate(`/?service=${encodeURIComponent(service)}`),
    })),
    { id: 'errors', icon: 'error', name: 'Traces with errors', hint: '', run: () => navigate('/?errors=true') },
    {
      id: 'theme',
      icon: nextTheme[theme],
      name: `Colours: ${nextTheme[theme]}`,
      hint: 'theme',
      run: () => setTheme(nextTheme[theme]),
    },
  ];
  const found = commands.filter(({ name, hint }) => `${name} ${hint}`.toLowerCase().includes(wanted));
  if (reference !== null) {
    const hint = reference.spanId === null ? 'open trace' : `open trace at span ${reference.spanId}`;
    return [
      { id: 'trace', icon: 'traces', name: reference.traceId, hint, run: () => navigate(pathOfTrace(reference)) },
    ];
  }
  if (wanted !== '') {
    found.push({
      id: 'search',
      icon: 'search',
      name: `Search traces for “${text.trim()}”`,
      hint: '',
      run: () => navigate(`/?text=${encodeURIComponent(text.trim())}`),
    });
  }
  return found;
}

export function CommandPalette({ close }: { close: () => void }) {
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const commands = useCommands(text);
  const position = Math.min(chosen, commands.length - 1);
  const run = (command: Command | undefined): void => {
    close();
    command?.run();
  };
  const handleKey = (event: React.KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) setChosen((position + step + commands.length) % Math.max(1, commands.length));
    else if (event.key === 'Enter') run(commands[position]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Go to" close={close}>
      <div className={styles.field}>
        <Icon name="search" />
        <input
          className={styles.input}
          // The dialog is opened to type into.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-commands"
          aria-activedescendant={commands.length > 0 ? `palette-${position}` : undefined}
          aria-label="Trace id, page or service"
          placeholder="Paste a trace id or traceparent, or type a page or service"
          spellCheck={false}
          autoComplete="off"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={handleKey}
        />
      </div>
      <div id="palette-commands" className={styles.commands} role="listbox" aria-label="Commands">
        {commands.map((command, index) => (
          // The field above has the focus and takes the keys, as the combobox pattern has it.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={command.id}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === position}
            className={styles.command}
            onClick={() => run(command)}
            ref={(option) => {
              if (index === position) option?.scrollIntoView({ block: 'nearest' });
            }}
            onMouseMove={() => setChosen(index)}
          >
            <Icon name={command.icon} />
            <span className={styles.name}>{command.name}</span>
            <span className={styles.hint}>{command.hint}</span>
          </div>
        ))}
      </div>
    </Dialog>
  );
}
