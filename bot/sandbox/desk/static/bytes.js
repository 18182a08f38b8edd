// Sizes for people, in the decimal units that phones and stores use.

const UNITS = ["bytes", "kB", "MB", "GB"];

export function sizeOf(bytes) {
  let size = Number(bytes) || 0;
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && size < 10 ? 1 : 0;
  return `${size.toFixed(digits)} ${unit === 0 && size === 1 ? "byte" : UNITS[unit]}`;
}
