/** An eye over a road: the mark of the product. */
export function Logo({ className }: { readonly className?: string }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={className}>
      <path
        d="M2 11.5C4.6 7.2 8 5 12 5s7.4 2.2 10 6.5"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
      />
      <circle cx="12" cy="11.5" r="3" fill="currentColor" />
      <path
        d="M9.6 17 8 21m6.4-4 1.6 4M12 17.5v1m0 1.5v1"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
      />
    </svg>
  );
}
