import clsx from 'clsx';
import { X } from 'lucide-react';
import { Dialog as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { IconButton } from './button';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly className?: string;
}

/** Whoever opens a form wants to type; a sheet without fields focuses its first control. */
function focusFirstField(event: Event): void {
  const field = (event.currentTarget as HTMLElement).querySelector('input');
  if (field === null) return;
  event.preventDefault();
  field.focus();
}

/** A sheet over the page; Esc and a click beside it close it. Mount it to open it. */
export function Dialog({ title, onClose, children, className }: DialogProps) {
  return (
    <Primitive.Root open onOpenChange={(open) => !open && onClose()}>
      <Primitive.Portal>
        <Primitive.Overlay className="fixed inset-0 z-40 animate-appear bg-black/60" />
        <Primitive.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focusFirstField}
          className={clsx(
            'fixed top-1/2 left-1/2 z-50 flex max-h-[calc(100vh-48px)] w-[min(92vw,45rem)] -translate-x-1/2 -translate-y-1/2 animate-appear flex-col overflow-hidden rounded-md border border-hairline bg-panel shadow-[0_16px_64px_rgb(0_0_0/0.6)]',
            className,
          )}
        >
          <header className="flex h-11 shrink-0 items-center justify-between border-hairline border-b pr-2 pl-4">
            <Primitive.Title className="font-strong text-base">{title}</Primitive.Title>
            <Primitive.Close asChild>
              <IconButton label="Close">
                <X />
              </IconButton>
            </Primitive.Close>
          </header>
          <div className="min-h-0 overflow-y-auto p-4">{children}</div>
        </Primitive.Content>
      </Primitive.Portal>
    </Primitive.Root>
  );
}
