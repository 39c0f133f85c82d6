import clsx from 'clsx';
import type { Camera, Priority } from '../api/types';

/** State is never told by colour alone: each has its own shape, here at 12 px. */
const SHAPES = {
  dot: <circle cx="6" cy="6" r="4.25" fill="currentColor" />,
  ring: <circle cx="6" cy="6" r="3.75" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  triangle: <path d="M6 1.2 11.4 10.8H.6Z" fill="currentColor" />,
  cross: (
    <path d="m2.4 2.4 7.2 7.2m0-7.2-7.2 7.2" stroke="currentColor" strokeWidth="2" fill="none" />
  ),
  octagon: (
    <>
      <path d="M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5Z" fill="currentColor" />
      <path d="M6 2.6v4.2m0 1.3v1.5" stroke="#0b0f14" strokeWidth="1.7" fill="none" />
    </>
  ),
  diamond: <path d="M6 .8 11.2 6 6 11.2.8 6Z" fill="currentColor" />,
} as const;

export type Shape = keyof typeof SHAPES;

export function ShapeMark({ shape, className }: { shape: Shape; className?: string }) {
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true" className={clsx('size-3 shrink-0', className)}>
      {SHAPES[shape]}
    </svg>
  );
}

export const STATUS_LOOK = {
  online: { shape: 'dot', className: 'text-ok', word: 'Online' },
  alert: { shape: 'triangle', className: 'text-alert', word: 'Alert' },
  offline: { shape: 'cross', className: 'text-offline', word: 'Offline' },
  connecting: { shape: 'ring', className: 'text-info', word: 'Connecting' },
} as const satisfies Record<string, { shape: Shape; className: string; word: string }>;

export type StatusWord = keyof typeof STATUS_LOOK;

/** What a camera's two columns come to for a person. */
export function statusOf(camera: Pick<Camera, 'status' | 'state'>): StatusWord {
  return camera.status === 'offline' && camera.state === 'connecting'
    ? 'connecting'
    : camera.status;
}

export function StatusMark({ status, className }: { status: StatusWord; className?: string }) {
  const look = STATUS_LOOK[status];
  return <ShapeMark shape={look.shape} className={clsx(look.className, className)} />;
}

export const PRIORITY_LOOK = {
  high: { shape: 'octagon', className: 'text-critical', word: 'High' },
  medium: { shape: 'triangle', className: 'text-alert', word: 'Medium' },
  low: { shape: 'diamond', className: 'text-info', word: 'Low' },
} as const satisfies Record<Priority, { shape: Shape; className: string; word: string }>;

interface PriorityMarkProps {
  readonly priority: Priority;
  /** An incident that is over or handled is told in grey: nothing burns. */
  readonly quiet?: boolean;
}

export function PriorityMark({ priority, quiet = false }: PriorityMarkProps) {
  const look = PRIORITY_LOOK[priority];
  return <ShapeMark shape={look.shape} className={quiet ? 'text-offline' : look.className} />;
}
