import type { Camera, Incident } from '@/shared/api/types';
import { CATALOG, type ShortcutId } from '@/shared/keyboard/catalog';
import { handlingWord, incidentTypeWord } from '@/shared/words';

/** One thing that the palette can go to or do. */
export interface PaletteItem {
  readonly id: string;
  readonly kind: 'Page' | 'Camera' | 'Incident' | 'Command';
  readonly title: string;
  readonly note: string;
  readonly keys: string | null;
  readonly action:
    | { readonly type: 'go'; readonly href: string }
    | { readonly type: 'run'; readonly shortcut: ShortcutId };
}

interface Page {
  readonly href: string;
  readonly label: string;
  readonly shortcut: ShortcutId;
}

function fromPages(pages: readonly Page[]): PaletteItem[] {
  return pages.map(({ href, label, shortcut }) => ({
    id: `page ${href}`,
    kind: 'Page',
    title: label,
    note: '',
    keys: CATALOG[shortcut].keys[0],
    action: { type: 'go', href },
  }));
}

function fromCameras(cameras: readonly Camera[]): PaletteItem[] {
  return cameras.map((camera) => ({
    id: `camera ${camera.key}`,
    kind: 'Camera',
    title: camera.name,
    note: camera.key,
    keys: null,
    action: { type: 'go', href: `/?max=${encodeURIComponent(camera.key)}` },
  }));
}

function fromIncidents(incidents: readonly Incident[]): PaletteItem[] {
  return incidents.map((incident) => ({
    id: `incident ${incident.id}`,
    kind: 'Incident',
    title: `${incidentTypeWord(incident.type)}, ${incident.camera_name}`,
    note: handlingWord(incident.handling),
    keys: null,
    action: { type: 'go', href: `/incidents/detail/?id=${incident.id}` },
  }));
}

/** Pages have their own entries, and arrows make no sense in a list of words. */
function isCommand(id: ShortcutId): boolean {
  const { scope, keys } = CATALOG[id];
  return (
    !id.startsWith('go.') &&
    id !== 'global.palette' &&
    scope !== 'zones' &&
    !keys[0].startsWith('Arrow')
  );
}

function fromShortcuts(bound: readonly ShortcutId[]): PaletteItem[] {
  return bound.filter(isCommand).map((shortcut) => ({
    id: `command ${shortcut}`,
    kind: 'Command',
    title: CATALOG[shortcut].label,
    note: '',
    keys: CATALOG[shortcut].keys[0],
    action: { type: 'run', shortcut },
  }));
}

export function collectItems(sources: {
  readonly pages: readonly Page[];
  readonly cameras: readonly Camera[];
  readonly incidents: readonly Incident[];
  readonly bound: readonly ShortcutId[];
}): PaletteItem[] {
  return [
    ...fromPages(sources.pages),
    ...fromCameras(sources.cameras),
    ...fromIncidents(sources.incidents),
    ...fromShortcuts(sources.bound),
  ];
}

const MOST = 12;

/** How well the item fits: 0 not at all; a title that starts with the text fits best. */
function scoreOf(item: PaletteItem, words: readonly string[]): number {
  const title = item.title.toLowerCase();
  const all = `${title} ${item.note.toLowerCase()} ${item.kind.toLowerCase()}`;
  if (!words.every((word) => all.includes(word))) return 0;
  const first = words[0] ?? '';
  if (title.startsWith(first)) return 3;
  return title.includes(` ${first}`) ? 2 : 1;
}

/** What the text means, best first; pages and cameras without a text. */
export function searchItems(items: readonly PaletteItem[], text: string): PaletteItem[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items.slice(0, MOST);
  return items
    .map((item) => ({ item, score: scoreOf(item, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST)
    .map(({ item }) => item);
}
