// Our own line drawings on a 24 x 24 sheet.
import { drawing } from "./dom.js";

const STROKES = {
  hash: ["M9 4 7 20", "M17 4l-2 16", "M4.5 9h16", "M3.5 15h16"],
  lock: ["M6 11h12v9H6z", "M8.5 11V8a3.5 3.5 0 0 1 7 0v3"],
  send: ["M4 12 20 4l-5 16-3.5-6.5z", "M11.5 13.5 20 4"],
  clip: ["M19 11.5 12 18.5a4.2 4.2 0 0 1-6-6l7.5-7.5a2.8 2.8 0 0 1 4 4L10 16.5a1.4 1.4 0 0 1-2-2l6.5-6.5"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  down: ["M6 9.5l6 6 6-6"],
  back: ["M15 5l-7 7 7 7"],
  dots: ["M5 12h.01", "M12 12h.01", "M19 12h.01"],
  reply: ["M20 6H8a4 4 0 0 0-4 4v4a4 4 0 0 0 4 4h1v3l4-3h3a4 4 0 0 0 4-4z"],
  eye: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z", "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"],
  sun: ["M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"],
  moon: ["M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z"],
  compass: ["M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z", "M15.5 8.5l-2 5-5 2 2-5z"],
  download: ["M12 4v11", "M7 11l5 5 5-5", "M5 20h14"],
  bin: ["M5 7h14", "M9.5 7V4.5h5V7", "M7 7l1 13h8l1-13"],
  pencil: ["M4 20l1-4.5L16 4.5 19.5 8 8.5 19z"],
  bolt: ["M13 3 5 14h6l-1 7 8-11h-6z"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  search: ["M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12z", "M15 15l5 5"],
  home: ["M4 11l8-7 8 7", "M6 9.5V20h12V9.5", "M10 20v-6h4v6"],
  file: ["M6 3h8l4 4v14H6z", "M14 3v4h4"],
  box: ["M12 3l8 4.5v9L12 21l-8-4.5v-9z", "M4 7.5l8 4.5 8-4.5", "M12 12v9"],
  phone: ["M8 2.5h8a1.5 1.5 0 0 1 1.5 1.5v16a1.5 1.5 0 0 1-1.5 1.5H8A1.5 1.5 0 0 1 6.5 20V4A1.5 1.5 0 0 1 8 2.5z", "M11 18.5h2"],
  swap: ["M4 8h14", "M14 4l4 4-4 4", "M20 16H6", "M10 20l-4-4 4-4"],
  menu: ["M4 6.5h16", "M4 12h16", "M4 17.5h16"],
  link: ["M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1", "M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1"],
  person: ["M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8z", "M4.5 20.5a7.5 7.5 0 0 1 15 0"],
  warning: ["M12 4 2.5 20h19z", "M12 10v4.5", "M12 17.3h.01"],
};

export function icon(name) {
  const strokes = STROKES[name].map((d) => drawing("path", { d }));
  return drawing("svg", { class: `icon icon--${name}`, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, strokes);
}

/** The sandbox's mark: a hull on its slipway. */
export function mark() {
  return drawing("svg", { class: "mark", viewBox: "0 0 32 32", "aria-hidden": "true", focusable: "false" },
    drawing("rect", { class: "mark__ground", width: "32", height: "32", rx: "8" }),
    drawing("path", { class: "mark__hull", d: "M6.5 14.2 24 9.6c.9-.2 1.7.7 1.4 1.6l-1.3 3.9c-.4 1.1-1.2 1.9-2.3 2.2l-9.4 2.5c-1 .3-2.1 0-2.9-.8z" }),
    drawing("path", { class: "mark__mast", d: "M14.2 11.6 13 6.6l5.5 2.6z" }),
    drawing("path", { class: "mark__way", d: "M5.5 24.6 26.5 19" }));
}
