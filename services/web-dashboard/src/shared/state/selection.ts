import { create } from 'zustand';

interface Selection {
  readonly cameraKey: string | null;
  readonly incidentId: string | null;
  selectCamera(cameraKey: string | null): void;
  selectIncident(incident: { readonly id: string; readonly camera_id: string } | null): void;
}

/** One selection for the wall, the list of incidents and the map. */
export const useSelection = create<Selection>((set) => ({
  cameraKey: null,
  incidentId: null,
  selectCamera: (cameraKey) => set({ cameraKey, incidentId: null }),
  selectIncident: (incident) =>
    set(
      incident === null
        ? { incidentId: null }
        : { incidentId: incident.id, cameraKey: incident.camera_id },
    ),
}));
