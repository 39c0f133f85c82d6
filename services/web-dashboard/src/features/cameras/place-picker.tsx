import { useQuery } from '@tanstack/react-query';
import { Marker } from 'react-map-gl/maplibre';
import { camerasQuery } from '@/shared/api/cameras';
import type { Camera } from '@/shared/api/types';
import { BaseMap } from '@/shared/map/base-map';
import { Button } from '@/shared/ui/button';

interface PlacePickerProps {
  readonly value: Camera['location'];
  readonly onChange: (location: Camera['location']) => void;
}

const NO_CAMERAS: readonly Camera[] = [];
const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** A click on the map says where the camera stands. */
export default function PlacePicker({ value, onChange }: PlacePickerProps) {
  const cameras = useQuery(camerasQuery).data ?? NO_CAMERAS;
  return (
    <div className="flex flex-col gap-1">
      <div className="h-48 overflow-hidden rounded-md border border-hairline">
        <BaseMap
          label="Map: click where the camera stands"
          cameras={cameras}
          cursor="crosshair"
          onClick={({ lngLat }) => onChange({ lat: round(lngLat.lat), lng: round(lngLat.lng) })}
        >
          {cameras.map((camera) =>
            camera.location === null ? null : (
              <Marker
                key={camera.id}
                longitude={camera.location.lng}
                latitude={camera.location.lat}
              >
                <span title={camera.name} className="block size-2 rounded-full bg-offline" />
              </Marker>
            ),
          )}
          {value !== null && (
            <Marker longitude={value.lng} latitude={value.lat}>
              <span className="block size-4 rounded-full border-2 border-page bg-accent ring-2 ring-accent/40" />
            </Marker>
          )}
        </BaseMap>
      </div>
      <div className="flex h-6 items-center justify-between text-muted text-xs">
        {value === null ? (
          'Click where it stands. It may also stay without a place.'
        ) : (
          <>
            {value.lat.toFixed(5)}, {value.lng.toFixed(5)}
            <Button size="small" variant="ghost" onClick={() => onChange(null)}>
              Clear
            </Button>
          </>
        )}
      </div>
    </div>
  );
}
