import clsx from 'clsx';
import type { ButtonHTMLAttributes } from 'react';
import { Kbd } from './kbd';

const VARIANTS = {
  primary: 'bg-accent text-page font-strong hover:brightness-110',
  default: 'bg-raised text-text border border-control/70 hover:bg-hover hover:border-control',
  ghost: 'text-muted hover:bg-hover hover:text-text',
  danger: 'bg-danger text-white font-strong hover:brightness-110',
} as const;

const SIZES = {
  small: 'h-6 px-2 text-xs gap-1.5',
  normal: 'h-7 px-2.5 text-sm gap-1.5',
  large: 'h-9 px-4 text-base gap-2',
} as const;

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly variant?: keyof typeof VARIANTS;
  readonly size?: keyof typeof SIZES;
  /** Key that does the same, shown on the button. */
  readonly hotkey?: string | undefined;
}

export function Button(props: ButtonProps) {
  const { variant = 'default', size = 'normal', hotkey, className, children, ...rest } = props;
  return (
    <button
      type="button"
      {...rest}
      className={clsx(
        'inline-flex shrink-0 select-none items-center justify-center whitespace-nowrap rounded-md transition-colors duration-100 disabled:cursor-default disabled:opacity-45',
        VARIANTS[variant],
        SIZES[size],
        className,
      )}
    >
      {children}
      {hotkey !== undefined && <Kbd dark={variant === 'primary'}>{hotkey}</Kbd>}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** What it does: its name for everybody who cannot see the icon. */
  readonly label: string;
  readonly pressed?: boolean;
}

export function IconButton({ label, pressed, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...(pressed === undefined ? {} : { 'aria-pressed': pressed })}
      {...rest}
      className={clsx(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-md transition-colors duration-100 disabled:opacity-40 [&_svg]:size-4',
        pressed ? 'bg-hover text-accent' : 'text-muted hover:bg-hover hover:text-text',
        className,
      )}
    />
  );
}
