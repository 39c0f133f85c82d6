import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from './client';
import type { CalibrationPreview, GroundPoint, ZoneSuggestions } from './types';

/** Lanes by the ways of the vehicles of the last hour. Nothing is stored. */
export function suggestionsQuery(cameraKey: string) {
  return queryOptions({
    queryKey: ['zone-suggestions', cameraKey],
    queryFn: async ({ signal }): Promise<ZoneSuggestions> => {
      const params = { path: { camera: cameraKey } };
      const answer = api.GET('/api/cameras/{camera}/zones/suggestions', { params, signal });
      return (await unwrap(answer)) as ZoneSuggestions;
    },
    staleTime: 60_000,
    retry: false,
  });
}

/** What points would mean as a calibration. Nothing is stored. */
export function calibrationPreviewQuery(cameraKey: string, points: readonly GroundPoint[]) {
  return queryOptions({
    queryKey: ['calibration-preview', cameraKey, points],
    queryFn: async ({ signal }): Promise<CalibrationPreview> => {
      const params = { path: { camera: cameraKey } };
      const body = { points: [...points] };
      const answer = api.POST('/api/cameras/{camera}/calibration/preview', {
        params,
        body,
        signal,
      });
      return (await unwrap(answer)) as CalibrationPreview;
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}
