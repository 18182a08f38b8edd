// A plain script that runs before the first paint, so that a chosen theme does not flash the other one.
try {
  const chosen = JSON.parse(localStorage.getItem("slipway.theme") ?? "null");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be closed to us; the system's theme is a good answer then.
}
