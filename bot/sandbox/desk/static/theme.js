// Light or dark: the system's choice until somebody makes their own.
import { make, refill } from "./dom.js";
import { icon } from "./icon.js";
import { remember } from "./storage.js";

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function themeButton() {
  const button = make("button", { type: "button", class: "plain", on: { click: () => turn() } });
  const draw = () => {
    const words = isDark() ? "Switch to the light theme" : "Switch to the dark theme";
    button.setAttribute("aria-label", words);
    button.title = words;
    refill(button, icon(isDark() ? "sun" : "moon"));
  };
  const turn = () => {
    const next = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    remember("theme", next);
    draw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  draw();
  return button;
}
