import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useRef } from 'react';
import { camerasQuery } from '@/shared/api/cameras';
import type { Camera } from '@/shared/api/types';
import { useSelection } from '@/shared/state/selection';
import { useUrlState } from '@/shared/url/use-url-state';
import {
  clampPage,
  defaultPreset,
  type Preset,
  pageCount,
  pageOf,
  parsePreset,
} from './wall-layout';

const URL_NAMES = ['wall', 'page', 'max'] as const;
const NO_CAMERAS: readonly Camera[] = [];

/** Cameras that are switched off take no tile. */
export function wallCameras(cameras: readonly Camera[]): Camera[] {
  return cameras.filter((camera) => camera.enabled);
}

/** What the wall shows; all of it stands in the address, so that a copied link restores it. */
export function useWall() {
  const query = useQuery(camerasQuery);
  const cameras = useMemo(() => wallCameras(query.data ?? NO_CAMERAS), [query.data]);
  const [url, setUrl] = useUrlState(URL_NAMES);
  const selectedKey = useSelection((selection) => selection.cameraKey);
  const preset = parsePreset(url.wall) ?? defaultPreset(cameras.length);
  const page = clampPage(Number(url.page || '1') - 1, cameras.length, preset);
  const maximised = cameras.find((camera) => camera.key === url.max) ?? null;
  const visible = cameras.slice(page * preset, (page + 1) * preset);

  const selectedIndex = cameras.findIndex((camera) => camera.key === selectedKey);
  // Whoever selects a camera in a list or on the map wants to see it here. Only a new selection
  // counts: turning the page by hand must not turn it back.
  const followed = useRef<string | null>(null);
  useEffect(() => {
    if (selectedKey === followed.current || selectedIndex === -1) return;
    followed.current = selectedKey;
    const isElsewhere = url.max !== '' && url.max !== selectedKey;
    setUrl({
      page: pageText(pageOf(selectedIndex, preset)),
      ...(isElsewhere && selectedKey !== null ? { max: selectedKey } : {}),
    });
  }, [selectedKey, selectedIndex, preset, url.max, setUrl]);

  return {
    query,
    cameras,
    preset,
    page,
    pages: pageCount(cameras.length, preset),
    maximised,
    visible: maximised === null ? visible : [maximised],
    choosePreset: (next: Preset) =>
      setUrl({
        wall: String(next),
        page: pageText(pageOf(Math.max(selectedIndex, 0), next)),
        max: '',
      }),
    turnTo: (next: number) => setUrl({ page: pageText(clampPage(next, cameras.length, preset)) }),
    maximise: (key: string | null) => setUrl({ max: key ?? '' }),
  };
}

export type WallState = ReturnType<typeof useWall>;

function pageText(page: number): string {
  return page === 0 ? '' : String(page + 1);
}
