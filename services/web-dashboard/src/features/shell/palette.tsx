import { useQuery } from '@tanstack/react-query';
import clsx from 'clsx';
import { useRouter } from 'next/navigation';
import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { camerasQuery } from '@/shared/api/cameras';
import { boardQuery } from '@/shared/api/incidents';
import { PrintedKeys } from '@/shared/keyboard/key-sheet';
import { useShortcutRegistry } from '@/shared/keyboard/shortcuts';
import { collectItems, type PaletteItem, searchItems } from './palette-items';
import { PAGES } from './rail';

/** Type where to go or what to do. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/50" />
        <Dialog.Content
          aria-describedby={undefined}
          className="-translate-x-1/2 fixed top-[14vh] left-1/2 z-50 w-[min(92vw,35rem)] overflow-hidden rounded-md border border-control bg-panel shadow-[0_16px_64px_rgb(0_0_0/0.6)]"
        >
          <Dialog.Title className="sr-only">Go to camera, incident, page or command</Dialog.Title>
          <PaletteBody onClose={onClose} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteBody({ onClose }: { readonly onClose: () => void }) {
  const router = useRouter();
  const registry = useShortcutRegistry();
  const cameras = useQuery(camerasQuery).data;
  const incidents = useQuery(boardQuery).data;
  const [text, setText] = useState('');
  const [index, setIndex] = useState(0);
  const items = useMemo(
    () =>
      collectItems({
        pages: PAGES,
        cameras: cameras ?? [],
        incidents: incidents ?? [],
        bound: registry.bound(),
      }),
    [cameras, incidents, registry],
  );
  const found = useMemo(() => searchItems(items, text), [items, text]);
  const choose = (item: PaletteItem | undefined) => {
    if (item === undefined) return;
    onClose();
    if (item.action.type === 'go') router.push(item.action.href);
    else registry.run(item.action.shortcut);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setIndex((index + step + found.length) % Math.max(1, found.length));
    }
    if (event.key === 'Enter') choose(found[index]);
  };
  return (
    <>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-items"
        aria-activedescendant={found[index] && `palette-${index}`}
        aria-label="Camera, incident, page or command"
        placeholder="Camera, incident, page or command"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setIndex(0);
        }}
        onKeyDown={press}
        className="-outline-offset-2 h-11 w-full border-hairline border-b bg-transparent px-4 text-base placeholder:text-faint"
      />
      <div
        id="palette-items"
        role="listbox"
        aria-label="Found"
        className="max-h-[50vh] overflow-auto py-1"
      >
        {found.map((item, at) => (
          <Item
            key={item.id}
            item={item}
            id={`palette-${at}`}
            isActive={at === index}
            onPoint={() => setIndex(at)}
            onChoose={() => choose(item)}
          />
        ))}
      </div>
      {found.length === 0 && <p className="px-4 pb-4 text-muted">Nothing of that name.</p>}
    </>
  );
}

interface ItemProps {
  readonly item: PaletteItem;
  readonly id: string;
  readonly isActive: boolean;
  readonly onPoint: () => void;
  readonly onChoose: () => void;
}

function Item({ item, id, isActive, onPoint, onChoose }: ItemProps) {
  return (
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      tabIndex={-1}
      onPointerMove={onPoint}
      onClick={onChoose}
      onKeyDown={(event) => event.key === 'Enter' && onChoose()}
      className={clsx(
        'flex h-9 cursor-pointer items-center gap-3 px-4',
        isActive && 'bg-hover shadow-[inset_2px_0_0_var(--color-accent)]',
      )}
    >
      <span className="w-16 shrink-0 text-muted text-xs">{item.kind}</span>
      <span className="truncate">{item.title}</span>
      <span className="truncate text-muted text-xs">{item.note}</span>
      <span className="flex-1" />
      {item.keys !== null && (
        <span className="flex gap-1">
          <PrintedKeys keys={item.keys} />
        </span>
      )}
    </div>
  );
}
