import clsx from 'clsx';
import { type ReactNode, useState } from 'react';
import { Button } from './button';

interface ConfirmButtonProps {
  readonly children: ReactNode;
  /** What will be lost, as a question. */
  readonly question: string;
  /** The word on the button that does it. */
  readonly verb: string;
  readonly isBusy?: boolean;
  /** Asks over its neighbours, where there is no room beside them. */
  readonly isOver?: boolean;
  readonly onConfirm: () => void;
}

/** Asks in its own place: the first press arms it, the second one does it. */
export function ConfirmButton(props: ConfirmButtonProps) {
  const { children, question, verb, isBusy = false, isOver = false, onConfirm } = props;
  const [isArmed, setArmed] = useState(false);
  if (!isArmed) {
    return (
      <Button size="small" variant="ghost" onClick={() => setArmed(true)}>
        {children}
      </Button>
    );
  }
  return (
    <fieldset
      aria-label={question}
      className={clsx(
        'flex items-center gap-2 whitespace-nowrap',
        isOver && 'absolute inset-y-0 right-0 bg-panel pl-4',
      )}
      onKeyDown={(event) => event.key === 'Escape' && setArmed(false)}
    >
      <span className="text-warn text-xs">{question}</span>
      <Button size="small" variant="danger" autoFocus disabled={isBusy} onClick={onConfirm}>
        {verb}
      </Button>
      <Button size="small" variant="ghost" onClick={() => setArmed(false)}>
        Keep
      </Button>
    </fieldset>
  );
}
