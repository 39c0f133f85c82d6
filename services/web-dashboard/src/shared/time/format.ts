/** Times as the control room reads them: absolute in the site's zone, ages beside. */

export type ZoneChoice = 'local' | 'utc';

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `4 s`, `04:10`, `2 h 05 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE_S) return `${whole} s`;
  if (whole < HOUR_S) return `${two(Math.floor(whole / MINUTE_S))}:${two(whole % MINUTE_S)}`;
  if (whole < DAY_S) {
    return `${Math.floor(whole / HOUR_S)} h ${two(Math.floor((whole % HOUR_S) / MINUTE_S))} min`;
  }
  return `${Math.floor(whole / DAY_S)} d ${Math.floor((whole % DAY_S) / HOUR_S)} h`;
}

/** Seconds from `from` to `until` (ISO 8601 or ms). Never negative. */
export function secondsBetween(from: string | number, until: string | number): number {
  const start = typeof from === 'number' ? from : Date.parse(from);
  const end = typeof until === 'number' ? until : Date.parse(until);
  return Math.max(0, (end - start) / 1000);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: ZoneChoice, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone}${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    ...options,
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  });
  formats.set(key, made);
  return made;
}

/** `14:03:22` */
export function formatTime(at: string | number, zone: ZoneChoice): string {
  const options = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return formatOf(zone, options).format(new Date(at));
}

/** `14:03` */
export function formatMinute(at: string | number, zone: ZoneChoice): string {
  return formatOf(zone, { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}

/** `Wed 25 Nov 14:03`; the day is left out when it is the day of `now`. */
export function formatSlot(at: string | number, zone: ZoneChoice, now: number): string {
  const minute = formatMinute(at, zone);
  if (formatDay(at, zone) === formatDay(now, zone)) return minute;
  const weekday = formatOf(zone, { weekday: 'short' }).format(new Date(at));
  return `${weekday} ${formatDay(at, zone)} ${minute}`;
}

/** How far the clock on the wall is ahead of UTC at a moment, ms. */
export function offsetMs(at: number, zone: ZoneChoice): number {
  return zone === 'utc' ? 0 : -new Date(at).getTimezoneOffset() * MINUTE_S * 1000;
}

/** `25 Nov` */
function formatDay(at: string | number, zone: ZoneChoice): string {
  return formatOf(zone, { day: 'numeric', month: 'short' }).format(new Date(at));
}

/** `25 Nov 14:03:22`; the day is left out when it is the day of `now`. */
export function formatMoment(at: string | number, zone: ZoneChoice, now: number): string {
  const day = formatDay(at, zone);
  const time = formatTime(at, zone);
  return day === formatDay(now, zone) ? time : `${day} ${time}`;
}

/** `UTC+2`, for the zone in which times are shown at the moment `at`. */
export function zoneLabel(at: number, zone: ZoneChoice): string {
  if (zone === 'utc') return 'UTC';
  const parts = formatOf(zone, { timeZoneName: 'shortOffset' }).formatToParts(new Date(at));
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local';
  return name.replace('GMT', 'UTC');
}
