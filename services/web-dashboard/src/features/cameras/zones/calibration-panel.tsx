import { Trash2 } from 'lucide-react';
import { type Dispatch, useState } from 'react';
import type { CalibrationPreview } from '@/shared/api/types';
import { IconButton } from '@/shared/ui/button';
import { TextInput } from '@/shared/ui/field';
import { FormProblem } from '@/shared/ui/panel-state';
import { type GroundPin, pinsFault } from './ground-pins';
import type { ZoneAction } from './zone-state';

interface CalibrationPanelProps {
  readonly pins: readonly GroundPin[];
  readonly preview: CalibrationPreview | null;
  readonly error: unknown;
  readonly dispatch: Dispatch<ZoneAction>;
}

/** Points whose place on the ground is known: they turn pixels into metres. */
export function CalibrationPanel({ pins, preview, error, dispatch }: CalibrationPanelProps) {
  const fault = pinsFault(pins);
  return (
    <div className="flex flex-col gap-3 p-3">
      <p className="text-muted text-xs">
        Click at least four points of the road whose places you know, for example the ends of lane
        markings, and enter their places in metres. Spread them far apart: not all on one line.
      </p>
      {pins.length > 0 && (
        <table className="text-xs">
          <thead className="text-left text-muted">
            <tr>
              <th className="w-9 pr-1 text-center font-normal">Point</th>
              <th className="font-normal">x (m)</th>
              <th className="font-normal">y (m)</th>
              <th className="w-14 text-right font-normal">off by</th>
              <th />
            </tr>
          </thead>
          <tbody>
            {pins.map((pin, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a pin is its place in the list
              <tr key={index}>
                <td className="text-center">{index + 1}</td>
                {[0, 1].map((axis) => (
                  <td key={axis} className="py-0.5 pr-1">
                    <MetreField
                      label={`Point ${index + 1}, ${axis === 0 ? 'x' : 'y'} in metres`}
                      value={pin.groundM[axis] ?? null}
                      onChange={(value) =>
                        dispatch({ type: 'ground', index, axis: axis === 0 ? 0 : 1, value })
                      }
                    />
                  </td>
                ))}
                <td className="text-right text-faint tabular-nums">{residual(preview, index)}</td>
                <td className="w-7">
                  <IconButton
                    label={`Remove point ${index + 1}`}
                    onClick={() => dispatch({ type: 'unpin', index })}
                  >
                    <Trash2 />
                  </IconButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pins.length > 0 && fault !== null && <p className="text-warn text-xs">{fault}</p>}
      <FormProblem error={error} />
      {preview !== null && <Meaning preview={preview} />}
    </div>
  );
}

function residual(preview: CalibrationPreview | null, index: number): string {
  const metres = preview?.residuals_m[index];
  if (metres === undefined) return '';
  return metres === null ? 'contradicts the others' : `${metres.toFixed(2)} m`;
}

function Meaning({ preview }: { readonly preview: CalibrationPreview }) {
  const errors = preview.places.map((place) => place.error_m).toSorted((a, b) => a - b);
  const least = errors[0];
  const most = errors.at(-1);
  return (
    <div className="flex flex-col gap-1 text-xs">
      <p>
        The lines lie <strong>{preview.spacing_m} m</strong> apart on the ground. If they do not fit
        the road, a point is wrong.
      </p>
      {least !== undefined && most !== undefined && (
        <p className="text-muted">
          Places are known to ±{least.toFixed(2)} m near by and ±{most.toFixed(2)} m far away.
        </p>
      )}
    </div>
  );
}

interface MetreFieldProps {
  readonly label: string;
  readonly value: number | null;
  readonly onChange: (value: number | null) => void;
}

function MetreField({ label, value, onChange }: MetreFieldProps) {
  const [typed, setTyped] = useState(textOf(value));
  // The points below one that was removed move up: then the text is another point's.
  const text = metresOf(typed) === value ? typed : textOf(value);
  return (
    <TextInput
      aria-label={label}
      aria-invalid={text.trim() !== '' && metresOf(text) === null}
      inputMode="decimal"
      value={text}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(metresOf(event.target.value));
      }}
      className="h-7!"
    />
  );
}

function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}

function metresOf(text: string): number | null {
  const metres = Number(text);
  return text.trim() === '' || !Number.isFinite(metres) ? null : metres;
}
