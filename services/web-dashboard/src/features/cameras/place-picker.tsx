import { useQuery } from '@tanstack/react-query';
import { Marker } from 'react-map-gl/maplibre';
import { camerasQuery } from '@/shared/api/cameras';
import type { Camera } from '@/shared/api/types';
import { BaseMap } from '@/shared/map/base-map';
import { Button } from '@/shared/ui/button';
import { TextInput } from '@/shared/ui/field';

interface PlacePickerProps {
  readonly value: Camera['location'];
  readonly onChange: (location: Camera['location']) => void;
}

const NO_CAMERAS: readonly Camera[] = [];
const MAX_LATITUDE = 90;
const MAX_LONGITUDE = 180;
const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;

/** A click on the map says where the camera stands. */
export default function PlacePicker({ value, onChange }: PlacePickerProps) {
  const cameras = useQuery(camerasQuery).data ?? NO_CAMERAS;
  return (
    <div className="flex flex-col gap-1">
      <div className="h-48 overflow-hidden rounded-md border border-hairline">
        <BaseMap
          label="Map: click where the camera stands"
          isFilled
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
      <div className="mt-1 flex items-center gap-2 text-muted text-xs">
        <span className="flex-1">
          {value === null ? 'Click where it stands, or leave it without a place.' : null}
        </span>
        <Degrees
          label="Latitude"
          limit={MAX_LATITUDE}
          value={value?.lat}
          onChange={(lat) => onChange({ lat, lng: value?.lng ?? 0 })}
        />
        <Degrees
          label="Longitude"
          limit={MAX_LONGITUDE}
          value={value?.lng}
          onChange={(lng) => onChange({ lat: value?.lat ?? 0, lng })}
        />
        <Button
          size="small"
          variant="ghost"
          disabled={value === null}
          onClick={() => onChange(null)}
        >
          Clear
        </Button>
      </div>
    </div>
  );
}

interface DegreesProps {
  readonly label: string;
  readonly limit: number;
  readonly value: number | undefined;
  readonly onChange: (degrees: number) => void;
}

/** For whoever knows the numbers, and for places off this map. */
function Degrees({ label, limit, value, onChange }: DegreesProps) {
  return (
    <TextInput
      type="number"
      step="any"
      min={-limit}
      max={limit}
      aria-label={label}
      placeholder={label}
      value={value ?? ''}
      onChange={(event) => {
        const degrees = event.target.valueAsNumber;
        if (Math.abs(degrees) <= limit) onChange(degrees);
      }}
      style={{ width: '7.5rem' }}
    />
  );
}
