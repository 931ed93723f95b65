// A model call as the conversation it was: who said what, what was called, what it answered.

import { CopyButton } from '../../../components/copy-button';
import { Icon, type IconName } from '../../../components/icon';
import { Tag } from '../../../components/tag';
import { fromPlain } from '../../../attributes/any-value';
import type { Conversation, Message, Part } from '../../../genai/messages';
import { classNames } from '../../../styles/class-names';
import { Prose } from './prose';
import styles from './conversation-tab.module.css';
import { LongText, ValueView } from './value-view';

/** Of an answer that is not whole. */
const cutShort = new Set(['length', 'content_filter', 'error']);

const messageLines = 16;

const textOf = (part: Part): string => ('text' in part ? part.text : '');

function ToolPart({ icon, title, id, value }: { icon: IconName; title: string; id: string; value: unknown }) {
  return (
    <div className={styles.tool}>
      <p className={styles.toolHead}>
        <Icon name={icon} size={14} />
        <span className={styles.toolName}>{title}</span>
        <code className={styles.callId}>{id}</code>
      </p>
      {value !== null && (
        <div className={styles.toolValue}>
          <ValueView value={fromPlain(value)} />
        </div>
      )}
    </div>
  );
}

function PartView({ part, toolNames }: { part: Part; toolNames: ReadonlyMap<string, string> }) {
  switch (part.type) {
    case 'text':
      return (
        <div className={styles.text}>
          <LongText text={part.text} lines={messageLines} render={(shown) => <Prose text={shown} />} />
        </div>
      );
    case 'reasoning':
      return (
        <details className={styles.reasoning} open={part.text.length < 400}>
          <summary>Reasoning</summary>
          <LongText text={part.text} />
        </details>
      );
    case 'tool call':
      return (
        <ToolPart icon="tool" title={part.name === '' ? 'tool call' : part.name} id={part.id} value={part.arguments} />
      );
    case 'tool response':
      return (
        <ToolPart
          icon="back"
          title={`Result${toolNames.has(part.id) ? ` of ${toolNames.get(part.id) ?? ''}` : ''}`}
          id={part.id}
          value={part.response}
        />
      );
    case 'media':
      return <ToolPart icon="copy" title={`${part.modality} ${part.mimeType}`} id="" value={part.reference} />;
    case 'other':
      return <ToolPart icon="internal" title={part.name} id="" value={part.value} />;
  }
}

function MessageView({
  message,
  toolNames,
  output = false,
}: {
  message: Message;
  toolNames: ReadonlyMap<string, string>;
  output?: boolean;
}) {
  const text = message.parts.map(textOf).filter(Boolean).join('\n\n');
  return (
    <li className={classNames(styles.message, output && styles.output)} data-role={message.role}>
      <div className={styles.head}>
        <span className={styles.role}>{message.role}</span>
        {message.name !== '' && <span className={styles.name}>{message.name}</span>}
        {message.finishReason !== '' && (
          <Tag tone={cutShort.has(message.finishReason) ? 'warning' : 'plain'}>{message.finishReason}</Tag>
        )}
        <span className={styles.space} />
        {text !== '' && <CopyButton text={text} label="Copy the text" />}
      </div>
      {message.parts.map((part, index) => (
        <PartView key={index} part={part} toolNames={toolNames} />
      ))}
      {message.parts.length === 0 && <p className={styles.nothing}>No content</p>}
    </li>
  );
}

/** Tool names by call id, so that an answer can say what it answers. */
function toolNamesOf({ input, output }: Conversation): Map<string, string> {
  const calls = [...input, ...output].flatMap(({ parts }) => parts).filter((part) => part.type === 'tool call');
  return new Map(calls.filter(({ id }) => id !== '').map(({ id, name }) => [id, name]));
}

export function ConversationTab({ conversation }: { conversation: Conversation }) {
  const toolNames = toolNamesOf(conversation);
  const instructions: Message = {
    role: 'system',
    name: 'instructions',
    parts: conversation.instructions,
    finishReason: '',
  };
  return (
    <div className={styles.conversation}>
      {conversation.tools.length > 0 && (
        <details className={styles.tools}>
          <summary>
            {conversation.tools.length} {conversation.tools.length === 1 ? 'tool' : 'tools'} offered:{' '}
            {conversation.tools.map(({ name }) => name).join(', ')}
          </summary>
          {conversation.tools.map(({ name, definition }, index) => (
            <ToolPart key={index} icon="tool" title={name} id="" value={definition} />
          ))}
        </details>
      )}
      <ol className={styles.messages}>
        {instructions.parts.length > 0 && <MessageView message={instructions} toolNames={toolNames} />}
        {conversation.input.map((message, index) => (
          <MessageView key={index} message={message} toolNames={toolNames} />
        ))}
        {conversation.output.map((message, index) => (
          <MessageView key={`out ${index}`} message={message} toolNames={toolNames} output />
        ))}
      </ol>
    </div>
  );
}
