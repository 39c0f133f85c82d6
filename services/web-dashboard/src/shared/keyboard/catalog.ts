/**
 * Every key of the product, in one table: the `?` sheet, the palette and the handlers read it, so
 * that they cannot drift apart.
 *
 * Keys are written as `a`, `Shift+1`, `Ctrl+k`, `ArrowLeft`, or as a sequence: `g l`.
 */

export const SCOPES = {
  global: 'Everywhere',
  wall: 'Video wall',
  incidents: 'Incident selected',
  zones: 'Zone editor',
} as const;

export type Scope = keyof typeof SCOPES;

export interface ShortcutSpec {
  readonly scope: Scope;
  readonly keys: readonly string[];
  readonly label: string;
}

export const CATALOG = {
  'global.help': { scope: 'global', keys: ['?'], label: 'Show the keys' },
  'global.palette': { scope: 'global', keys: ['Ctrl+k'], label: 'Go to camera, incident, page' },
  'global.search': { scope: 'global', keys: ['/'], label: 'Search' },
  'go.live': { scope: 'global', keys: ['g l'], label: 'Go to Mission Control' },
  'go.incidents': { scope: 'global', keys: ['g a'], label: 'Go to incidents' },
  'go.events': { scope: 'global', keys: ['g e'], label: 'Go to events' },
  'go.traffic': { scope: 'global', keys: ['g t'], label: 'Go to traffic' },
  'go.cameras': { scope: 'global', keys: ['g c'], label: 'Go to cameras' },
  'go.map': { scope: 'global', keys: ['g m'], label: 'Go to the map' },
  'go.settings': { scope: 'global', keys: ['g s'], label: 'Go to settings' },
  'wall.preset1': { scope: 'wall', keys: ['Shift+1'], label: 'One camera' },
  'wall.preset4': { scope: 'wall', keys: ['Shift+2'], label: 'Wall of 4' },
  'wall.preset6': { scope: 'wall', keys: ['Shift+3'], label: 'Wall of 6' },
  'wall.preset9': { scope: 'wall', keys: ['Shift+4'], label: 'Wall of 9' },
  'wall.preset16': { scope: 'wall', keys: ['Shift+5'], label: 'Wall of 16' },
  'wall.left': { scope: 'wall', keys: ['ArrowLeft'], label: 'Move over the tiles' },
  'wall.right': { scope: 'wall', keys: ['ArrowRight'], label: 'Move over the tiles' },
  'wall.up': { scope: 'wall', keys: ['ArrowUp'], label: 'Move over the tiles' },
  'wall.down': { scope: 'wall', keys: ['ArrowDown'], label: 'Move over the tiles' },
  'wall.maximise': { scope: 'wall', keys: ['Enter'], label: 'Fill the wall, and back' },
  'wall.restore': { scope: 'wall', keys: ['Escape'], label: 'Back to the wall' },
  'wall.previousPage': { scope: 'wall', keys: ['['], label: 'Previous page' },
  'wall.nextPage': { scope: 'wall', keys: [']'], label: 'Next page' },
  'wall.boxes': { scope: 'wall', keys: ['b'], label: 'Boxes on or off' },
  'wall.labels': { scope: 'wall', keys: ['l'], label: 'Labels on or off' },
  'wall.tracks': { scope: 'wall', keys: ['t'], label: 'Tracks on or off' },
  'wall.zones': { scope: 'wall', keys: ['z'], label: 'Zones on or off' },
  'wall.chrome': { scope: 'wall', keys: ['Shift+f'], label: 'Only the wall, and back' },
  'incidents.next': { scope: 'incidents', keys: ['j'], label: 'Next incident' },
  'incidents.previous': { scope: 'incidents', keys: ['k'], label: 'Previous incident' },
  'incidents.open': { scope: 'incidents', keys: ['o'], label: 'Open the incident' },
  'incidents.ack': { scope: 'incidents', keys: ['a'], label: 'Acknowledge' },
  'incidents.take': { scope: 'incidents', keys: ['y'], label: 'Take' },
  'incidents.resolve': { scope: 'incidents', keys: ['r'], label: 'Resolve' },
  'incidents.falseAlarm': { scope: 'incidents', keys: ['x'], label: 'False alarm' },
  'incidents.reopen': { scope: 'incidents', keys: ['u'], label: 'Reopen' },
  'zones.finish': { scope: 'zones', keys: ['Enter'], label: 'Close the polygon' },
  'zones.cancel': { scope: 'zones', keys: ['Escape'], label: 'Drop the polygon' },
  'zones.remove': { scope: 'zones', keys: ['Delete', 'Backspace'], label: 'Delete the zone' },
} as const satisfies Record<string, ShortcutSpec>;

export type ShortcutId = keyof typeof CATALOG;

const PRINTED: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
};

/** The keys as printed on the keyboard, one by one: `g l` is two, `Ctrl+k` is `Ctrl` and `K`. */
export function printedKeys(keys: string): readonly string[] {
  return keys.split(/[ +]/).map((key) => {
    const printed = PRINTED[key];
    if (printed !== undefined) return printed;
    return key.length === 1 ? key.toUpperCase() : key;
  });
}
