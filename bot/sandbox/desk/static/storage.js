// What this browser remembers between visits. A browser that will not remember still gets the page.

export function remembered(name) {
  try {
    return JSON.parse(localStorage.getItem(`slipway.${name}`) ?? "null");
  } catch {
    return null;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`slipway.${name}`, JSON.stringify(value));
  } catch {
    // A full or closed storage costs nothing but the memory.
  }
}
