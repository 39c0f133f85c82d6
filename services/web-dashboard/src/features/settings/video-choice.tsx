import { type OverlayMode, usePreferences } from '@/shared/state/preferences';
import { Segmented } from '@/shared/ui/segmented';

const MODES: readonly { value: OverlayMode; label: string }[] = [
  { value: 'exact', label: 'Exact' },
  { value: 'live', label: 'Live' },
];

const MEANINGS: Readonly<Record<OverlayMode, string>> = {
  exact: 'The video waits until the boxes of a frame are here: each box lies on its own frame.',
  live: 'The video is shown as soon as it comes: boxes are moved on by the speed of their objects.',
};

/** How boxes follow the video where a tile has no choice of its own. */
export function VideoChoice() {
  const { mode, setMode } = usePreferences();
  return (
    <div className="flex flex-col gap-1">
      <div className="flex items-center gap-3">
        <span className="text-muted">Boxes</span>
        <Segmented
          label="How boxes follow the video"
          value={mode}
          options={MODES}
          onChange={setMode}
        />
      </div>
      <p className="text-faint text-xs">{MEANINGS[mode]} A tile may have its own choice.</p>
    </div>
  );
}
