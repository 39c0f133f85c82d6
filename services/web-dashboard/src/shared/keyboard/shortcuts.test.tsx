// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it } from 'vitest';
import { ShortcutProvider, useShortcuts } from './shortcuts';

afterEach(cleanup);

function Wall({ onKey, isMaximised }: { onKey: (key: string) => void; isMaximised: boolean }) {
  useShortcuts({
    'wall.boxes': () => onKey('boxes'),
    'wall.maximise': () => onKey('maximise'),
    'wall.restore': isMaximised ? () => onKey('restore') : null,
  });
  return (
    <>
      <input aria-label="field" />
      <button type="button">plain</button>
      <button type="button" data-tile>
        tile
      </button>
    </>
  );
}

function show(isMaximised: boolean): string[] {
  const keys: string[] = [];
  render(
    <ShortcutProvider>
      <Wall onKey={(key) => keys.push(key)} isMaximised={isMaximised} />
    </ShortcutProvider>,
  );
  return keys;
}

it('hears keys anywhere on the page, but not while somebody types', async () => {
  const keys = show(false);
  await userEvent.keyboard('b');
  await userEvent.type(screen.getByLabelText('field'), 'b');
  expect(keys).toEqual(['boxes']);
});

it('leaves Enter to the button that has the focus, unless it is a tile', async () => {
  const keys = show(false);
  screen.getByText('plain').focus();
  await userEvent.keyboard('{Enter}');
  expect(keys).toEqual([]);
  screen.getByText('tile').focus();
  await userEvent.keyboard('{Enter}');
  expect(keys).toEqual(['maximise']);
});

it('binds only what can be done now', async () => {
  const still = show(false);
  await userEvent.keyboard('{Escape}');
  expect(still).toEqual([]);
  cleanup();
  const maximised = show(true);
  await userEvent.keyboard('{Escape}');
  expect(maximised).toEqual(['restore']);
});
