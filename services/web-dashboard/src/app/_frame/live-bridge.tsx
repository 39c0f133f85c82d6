'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { receiveIncident } from '@/features/incidents';
import { startRealtime, subscribeIncidents, subscribeResync, useCameraLive } from '@/realtime';
import { camerasQuery, patchCameraState } from '@/shared/api/cameras';
import { getToken, refreshSession } from '@/shared/api/session';
import type { Camera, Incident } from '@/shared/api/types';
import { useAnnouncer } from '@/shared/ui/announcer';
import { incidentTypeWord } from '@/shared/words';

/** Connects the live socket with the lists: what it says is written into them, nothing is polled. */
export function LiveBridge() {
  const client = useQueryClient();
  const cameras = useQuery(camerasQuery).data;
  useEffect(
    () =>
      startRealtime({
        getToken,
        onUnauthorised: async () => {
          await refreshSession().catch(() => false);
        },
      }),
    [],
  );
  useEffect(
    () =>
      subscribeIncidents(({ transition, incident }) => {
        const received = incident as Incident;
        receiveIncident(client, received);
        if (transition !== 'opened') return;
        const { announce } = useAnnouncer.getState();
        announce(`New incident: ${incidentTypeWord(received.type)}, ${received.camera_name}`);
      }),
    [client],
  );
  useEffect(() => subscribeResync(() => void client.invalidateQueries()), [client]);
  return cameras?.map((camera) => <CameraBridge key={camera.key} camera={camera} />);
}

/** One per camera, so that a change of one touches one. */
function CameraBridge({ camera }: { readonly camera: Camera }) {
  const client = useQueryClient();
  const live = useCameraLive(camera.key);
  useEffect(() => {
    if (live === undefined) return;
    const { status, state, detail, since, fps, health = null } = live;
    const reason = live.reason as Camera['reason'];
    patchCameraState(client, camera.key, { status, state, reason, detail, since, fps, health });
  }, [client, camera.key, live]);
  return null;
}
