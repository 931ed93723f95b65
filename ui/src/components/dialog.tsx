import { useEffect, useRef } from 'react';
import { classNames } from '../styles/class-names';
import styles from './dialog.module.css';

interface Properties {
  label: string;
  close: () => void;
  className?: string | undefined;
  children: React.ReactNode;
}

/** A modal dialog: the browser's own keeps the focus inside, closes on Escape and gives the focus back. */
export function Dialog({ label, close, className, children }: Properties) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    // The backdrop is a second way to close for those with a mouse; Escape serves the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={dialog}
      className={classNames(styles.dialog, className)}
      aria-label={label}
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current.close();
      }}
    >
      <div className={styles.content}>{children}</div>
    </dialog>
  );
}
