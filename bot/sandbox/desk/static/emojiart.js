// Our own drawings of the emoji that carry meaning here, so that they look the same on every machine,
// also on one without a font for them. All others are left to the system.
import { drawing } from "./dom.js";

const INK = "#24353b";
const RED = "#d9433b";
const AMBER = "#f2a73b";
const GREEN = "#2f9e5f";
const BLUE = "#3c7fd0";
const SAND = "#d6a266";
const PALE = "#f4f7f7";
const SKIN = "#f6c26b";

const shape = (d, fill) => ["path", { d, fill }];
const line = (d, stroke, width = 2.4) => ["path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const disc = (fill, r = 9.5, cx = 12, cy = 12) => ["circle", { cx, cy, r, fill }];
const box = (x, y, width, height, rx, fill) => ["rect", { x, y, width, height, rx, fill }];
const badge = (fill, ...marks) => [box(2, 2, 20, 20, 5, fill), ...marks];

const hand = shape("M6 13V6.6a1.3 1.3 0 0 1 2.6 0V4.9a1.3 1.3 0 0 1 2.6 0V4a1.3 1.3 0 0 1 2.6 0v1.4a1.3 1.3 0 0 1 2.6 0v7l1.3-1.8c.8-1 2.3-.2 1.9 1l-2.5 7c-.7 2-2.3 3.4-4.6 3.4h-1.3C8.3 22 6 19.7 6 16.6z", SKIN);
const bell = shape("M12 2.5a6.3 6.3 0 0 0-6.3 6.3v4.4L3.8 17h16.4l-1.9-3.8V8.8A6.3 6.3 0 0 0 12 2.5zM9.6 18.5a2.4 2.4 0 0 0 4.8 0z", AMBER);
const person = (x, fill) => [disc(fill, 4, x, 8), shape(`M${x - 7} 21a7 7 0 0 1 14 0z`, fill)];
const sheet = [box(4.5, 2, 15, 20, 2, "#dbe6e9"), line("M8 8h8M8 12h8M8 16h5", "#8aa0a6", 1.5)];
const sand = [shape("M6 2h12v2l-4.8 8 4.8 8v2H6v-2l4.8-8L6 4z", "#cfe3ee"), line("M5.5 2.5h13M5.5 21.5h13", "#8b5a2b", 2), shape("M8.5 20.5h7L12 15.5z", AMBER), shape("M9 6h6l-3 5z", AMBER)];
const tray = (arrow) => [shape("M2.5 13h5l1.5 3h6l1.5-3h5v8h-19z", "#9fb3b9"), line(arrow, BLUE, 2.4)];

const ART = {
  warning: [shape("M12 2.5c.8 0 1.4.4 1.8 1.1l8 14.5c.8 1.5-.2 3.2-1.8 3.2H4c-1.6 0-2.6-1.7-1.8-3.2l8-14.5c.4-.7 1-1.1 1.8-1.1z", AMBER), line("M12 9v5", INK, 2.3), disc(INK, 1.4, 12, 17.6)],
  white_check_mark: badge(GREEN, line("M7 12.5l3.5 3.5L17 8.5", "#fff", 2.8)),
  heavy_check_mark: [line("M4.5 13l5 5L19.5 6.5", GREEN, 3.4)],
  x: [line("M5.5 5.5l13 13M18.5 5.5l-13 13", RED, 3.6)],
  no_entry: [disc(RED), box(6, 10.3, 12, 3.4, 1.2, "#fff")],
  no_entry_sign: [["circle", { cx: 12, cy: 12, r: 8.3, fill: "none", stroke: RED, "stroke-width": 3 }], line("M6.3 6.3l11.4 11.4", RED, 3)],
  octagonal_sign: [shape("M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8z", RED)],
  rotating_light: [shape("M6 17v-4.5a6 6 0 0 1 12 0V17z", RED), box(4, 17, 16, 4, 1.5, "#6b7f86"), line("M12 2v1.8M4.5 5.5l1.3 1.3M19.5 5.5l-1.3 1.3", AMBER, 2)],
  information_source: badge(BLUE, line("M12 11v6", "#fff", 2.6), disc("#fff", 1.6, 12, 7.3)),
  memo: [...sheet, shape("M11.5 19.5l.8-3.6 7-7 2.8 2.8-7 7z", AMBER)],
  clipboard: [box(4, 4, 16, 18, 2, SAND), box(6.5, 6.5, 11, 13.5, 1, PALE), box(8.5, 2, 7, 4.5, 1.3, "#6b7f86"), line("M9 11h6M9 15h6", "#8aa0a6", 1.5)],
  page_facing_up: sheet,
  hourglass: sand,
  hourglass_flowing_sand: sand,
  wastebasket: [shape("M5 7h14l-1.5 14h-11z", "#9fb3b9"), line("M4 6h16M9.5 3.5h5", "#6b7f86", 2.2), line("M10 11v6M14 11v6", PALE, 1.6)],
  sparkles: [shape("M10 5l1.9 5.1L17 12l-5.1 1.9L10 19l-1.9-5.1L3 12l5.1-1.9z", AMBER), shape("M18.5 2.5l.9 2.6 2.6.9-2.6.9-.9 2.6-.9-2.6-2.6-.9 2.6-.9z", AMBER), shape("M18.5 15.5l.8 2.2 2.2.8-2.2.8-.8 2.2-.8-2.2-2.2-.8 2.2-.8z", AMBER)],
  seedling: [line("M12 21v-9", GREEN, 2.2), shape("M12 13C12 8.5 8.5 6 3.5 6c0 4.7 3.5 7 8.5 7z", GREEN), shape("M12 11c0-4.5 3-7 8.5-7 0 4.7-3.5 7-8.5 7z", "#4fbf7f")],
  rocket: [shape("M20.5 3.5c-6-.8-10.5 2.2-13 8l5 5c5.8-2.5 8.8-7 8-13z", "#dfe7ea"), shape("M8.5 9.5L4 11l-1.5 3.5 4.5-.5zM14.5 15.5L13 20l-3.5 1.5.5-4.5z", RED), disc(BLUE, 2.1, 15, 9), shape("M7 15.5c-2 .5-3 2.5-3 5 2.5 0 4.5-1 5-3z", AMBER)],
  repeat: badge(BLUE, line("M7 10.5V10a2 2 0 0 1 2-2h7.5M14.5 5.5L17 8l-2.5 2.5M17 13.5v.5a2 2 0 0 1-2 2H7.5M9.5 18.5L7 16l2.5-2.5", "#fff", 1.8)),
  arrows_counterclockwise: badge(BLUE, line("M17 10a5.5 5.5 0 0 0-9.5-2M7 5v3.5h3.5M7 14a5.5 5.5 0 0 0 9.5 2M17 19v-3.5h-3.5", "#fff", 1.9)),
  arrow_heading_up: badge(BLUE, line("M6 16.5h6a3 3 0 0 0 3-3V7M11.5 10L15 6.5l3.5 3.5", "#fff", 2.2)),
  arrow_up: badge(BLUE, line("M12 17.5v-11M7.5 11L12 6.5l4.5 4.5", "#fff", 2.4)),
  arrow_down: badge(BLUE, line("M12 6.5v11M7.5 13l4.5 4.5 4.5-4.5", "#fff", 2.4)),
  leftwards_arrow_with_hook: badge(BLUE, line("M15.5 16.5H17a3 3 0 0 0 0-7.5H7M10 5.5L6.5 9l3.5 3.5", "#fff", 2.3)),
  twisted_rightwards_arrows: badge(BLUE, line("M5.5 8.5h2.5l6 7h4M5.5 15.5h2.5l6-7h4M16 6l2.5 2.5L16 11M16 13l2.5 2.5L16 18", "#fff", 1.9)),
  jigsaw: [shape("M3 8h4.6a2.6 2.6 0 1 1 4.8 0H17v4.6a2.6 2.6 0 1 1 0 4.8V22H3z", GREEN)],
  stopwatch: [["circle", { cx: 12, cy: 13.5, r: 8, fill: PALE, stroke: "#6b7f86", "stroke-width": 2.2 }], line("M12 13.5V9M10 2.5h4M12 2.5v3", "#6b7f86", 2.2)],
  construction: [box(2, 6, 20, 7, 1, AMBER), line("M5 12.5l4-6M11 12.5l4-6M17 12.5l4-6", INK, 2.2), line("M6 13v7M18 13v7", "#6b7f86", 2.4)],
  wave: [hand, line("M2.5 7.5c.3-2 1.5-3.6 3.2-4.4M21.5 16c-.4 2-1.6 3.6-3.4 4.4", "#8aa0a6", 1.5)],
  zzz: [line("M4 5h6l-6 7h6M13.5 10.5H20l-6.5 8H20", BLUE, 2.3)],
  raised_hand: [hand],
  package: [shape("M12 2.5l9 4.5v10l-9 4.5-9-4.5V7z", SAND), shape("M12 11.5l9-4.5v10l-9 4.5z", "#b98347"), shape("M7.3 4.9l9 4.5v3.4l-2 1V10.4l-9-4.5z", "#f2d7ae")],
  iphone: [box(6, 1.5, 12, 21, 2.8, INK), box(7.3, 4, 9.4, 15, 0.8, "#7fc4e8"), disc("#8aa0a6", 1, 12, 20.7)],
  calling: [box(8.5, 1.5, 12, 21, 2.8, INK), box(9.8, 4, 9.4, 15, 0.8, "#7fc4e8"), line("M1.5 12h7M6 8.5L9.5 12 6 15.5", GREEN, 2.4)],
  mega: [shape("M3 9.5L18 3.5v16L3 14.5z", RED), box(1.8, 8.8, 4, 6.4, 1.6, "#9c2f29"), shape("M7 15.5l1.2 5h3.3l-1.2-4z", "#9c2f29"), line("M20.5 8.5a4 4 0 0 1 0 6.5", AMBER, 2)],
  speech_balloon: [shape("M4.5 3.5h15a2.5 2.5 0 0 1 2.5 2.5v8a2.5 2.5 0 0 1-2.5 2.5H12l-5.5 5v-5h-2A2.5 2.5 0 0 1 2 14V6a2.5 2.5 0 0 1 2.5-2.5z", BLUE), disc("#fff", 1.3, 7.5, 10), disc("#fff", 1.3, 12, 10), disc("#fff", 1.3, 16.5, 10)],
  question: [line("M7.5 8.5A4.5 4.5 0 1 1 13.5 12.5c-1.2.6-1.5 1.3-1.5 2.7", RED, 3), disc(RED, 1.8, 12, 20)],
  exclamation: [line("M12 3.5v10.5", RED, 3.6), disc(RED, 2, 12, 20)],
  bell: [bell],
  no_bell: [bell, line("M4 20L20 4", RED, 2.6)],
  lock: [["path", { d: "M8 11V8a4 4 0 0 1 8 0v3", fill: "none", stroke: "#8aa0a6", "stroke-width": 2.4 }], box(4.5, 10.5, 15, 11, 2, AMBER), disc(INK, 1.6, 12, 16)],
  key: [["circle", { cx: 7.5, cy: 16.5, r: 4, fill: "none", stroke: AMBER, "stroke-width": 2.8 }], line("M10.5 13.5l9-9M16 8l3 3M13.5 10.5l2 2", AMBER, 2.6)],
  tada: [shape("M2.5 21.5L8 7.5l8.5 8.5z", AMBER), line("M13 9.5c.5-2.5 0-4-1-6M15 11.5c2-1 3.5-1 6-.5", BLUE, 1.9), disc(RED, 1.4, 17.5, 5.5), disc(GREEN, 1.3, 20.5, 15.5), disc(BLUE, 1.2, 8, 3.5)],
  eyes: [["ellipse", { cx: 7.2, cy: 12, rx: 4.7, ry: 6.5, fill: "#fff", stroke: "#8aa0a6" }], ["ellipse", { cx: 16.8, cy: 12, rx: 4.7, ry: 6.5, fill: "#fff", stroke: "#8aa0a6" }], disc(INK, 2.3, 5.8, 12.5), disc(INK, 2.3, 15.4, 12.5)],
  link: [line("M10 14a3.8 3.8 0 0 0 5.4 0l3-3A3.8 3.8 0 0 0 13 5.6l-1 1M14 10a3.8 3.8 0 0 0-5.4 0l-3 3a3.8 3.8 0 0 0 5.4 5.4l1-1", "#7d949b", 2.6)],
  inbox_tray: tray("M12 2.5v8.5M8.5 8L12 11.5 15.5 8"),
  outbox_tray: tray("M12 12V3M8.5 6L12 2.5 15.5 6"),
  bust_in_silhouette: person(12, BLUE),
  busts_in_silhouette: [...person(8, BLUE), ...person(16, "#2f66aa")],
  bulb: [shape("M12 2a7 7 0 0 0-4 12.7V17h8v-2.3A7 7 0 0 0 12 2z", AMBER), box(8.5, 18, 7, 3.5, 1.4, "#8aa0a6")],
  label: [shape("M3 4.5h9l9 7.5-9 7.5H3z", SAND), disc(PALE, 1.7, 7, 12)],
  pushpin: [shape("M14 2.5l7.5 7.5-2 1-3.5 3.5-.5 4-2 1-8-8 1-2 4-.5L14 5.5z", RED), line("M9 15l-6 6", "#8aa0a6", 2)],
  red_circle: [disc(RED)],
  large_orange_circle: [disc("#ee7b30")],
  large_yellow_circle: [disc("#f2c13b")],
  large_green_circle: [disc(GREEN)],
  large_blue_circle: [disc(BLUE)],
  white_circle: [["circle", { cx: 12, cy: 12, r: 8.8, fill: PALE, stroke: "#8aa0a6", "stroke-width": 1.4 }]],
  black_circle: [disc(INK)],
  anchor: [["circle", { cx: 12, cy: 4.5, r: 2.2, fill: "none", stroke: BLUE, "stroke-width": 2 }], line("M12 7v14M8 10h8M4 14c.5 4 3.5 7 8 7s7.5-3 8-7", BLUE, 2.2)],
};

Object.assign(ART, {
  "+1": [shape("M9 11l3.2-8c1.9 0 3 1.3 2.7 3.1L14.2 9h5.3c1.6 0 2.6 1.4 2.2 2.9l-1.8 6.8c-.3 1-1.2 1.7-2.3 1.7H9z", SKIN), box(2.5, 10.5, 5, 10.5, 1.6, BLUE)],
  "-1": [shape("M9 13l3.2 8c1.9 0 3-1.3 2.7-3.1L14.2 15h5.3c1.6 0 2.6-1.4 2.2-2.9l-1.8-6.8c-.3-1-1.2-1.7-2.3-1.7H9z", SKIN), box(2.5, 3, 5, 10.5, 1.6, BLUE)],
  heart: [shape("M12 21C5.5 16 2.5 12.7 2.5 8.8A5.2 5.2 0 0 1 12 6a5.2 5.2 0 0 1 9.5 2.8C21.5 12.7 18.5 16 12 21z", RED)],
  star: [shape("M12 2l3 6.5 7 .8-5.2 4.8 1.4 7L12 17.6 5.8 21.1l1.4-7L2 9.3l7-.8z", AMBER)],
  fire: [shape("M12.5 1.5c.5 4 5.5 6 5.5 12a6.2 6.2 0 0 1-12.4 0c0-2.5 1.2-4.3 2.4-5.5.2 1.5.9 2.3 1.7 2.5C9.2 6.5 10.5 3.5 12.5 1.5z", "#ee7b30"), shape("M12 12.5c1.7 1.5 3 2.8 3 4.8a3 3 0 0 1-6 0c0-2 1.3-3.3 3-4.8z", AMBER)],
  ship: [box(7, 6, 10, 4, 1, PALE), box(10, 2.5, 3.5, 4, 0.6, RED), shape("M4.5 10h15l1.5 4-3 6.5H6L3 14z", INK), line("M2 20.5c1.7 1.4 3.3 1.4 5 0 1.7 1.4 3.3 1.4 5 0 1.7 1.4 3.3 1.4 5 0 1.7 1.4 3.3 1.4 5 0", BLUE, 1.9)],
  sailboat: [shape("M11 2.5v13H3.5z", PALE), shape("M12.8 6v9.5h6.5z", AMBER), shape("M3 17h18l-2.5 4.5h-13z", RED)],
  battery: [box(7, 4, 10, 18, 2, INK), box(10, 2, 4, 2.5, 0.6, "#6b7f86"), box(8.7, 9, 6.6, 11.3, 1, GREEN)],
  bug: [["ellipse", { cx: 12, cy: 13.5, rx: 5, ry: 7, fill: GREEN }], disc(INK, 2.8, 12, 6), line("M12 9v11M3.5 9.5l4 2M20.5 9.5l-4 2M3 15h4M21 15h-4M4.5 20.5l3.3-2.2M19.5 20.5l-3.3-2.2", INK, 1.5)],
  zap: [shape("M13.5 1.5L4.5 13.5h6L8.5 22.5l10-13h-6.3z", AMBER)],
  wrench: [line("M5 19.5L13.5 11", "#7d949b", 4), shape("M21.3 6.3L18 9.6l-3-.7-.7-3 3.3-3.3a5.6 5.6 0 0 0-6.8 7.5 5.6 5.6 0 0 0 10.5-3.8z", "#7d949b")],
  gear: [disc("#7d949b", 7), line("M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M18.7 5.3l-2.1 2.1M7.4 16.6l-2.1 2.1", "#7d949b", 3), disc(PALE, 3)],
  smile: [disc(AMBER), disc(INK, 1.3, 8.7, 9.7), disc(INK, 1.3, 15.3, 9.7), line("M7.5 14c1.2 2.3 2.7 3.3 4.5 3.3s3.3-1 4.5-3.3", INK, 1.7)],
  calendar: [box(3, 4.5, 18, 17, 2, PALE), box(3, 4.5, 18, 5, 2, RED), line("M8 2.5v4M16 2.5v4", "#6b7f86", 2), line("M7 13.5h10M7 17.5h6", "#8aa0a6", 1.6)],
  computer: [box(4, 4, 16, 11.5, 1.5, INK), box(5.5, 5.5, 13, 8.5, 0.6, "#7fc4e8"), shape("M2 17h20l-1.5 3.5h-17z", "#9fb3b9")],
});

const ALIASES = { thumbsup: "+1", thumbsdown: "-1", boat: "sailboat", smiley: "smile", slightly_smiling_face: "smile", grinning: "smile", date: "calendar", confetti_ball: "tada", desktop_computer: "computer", star2: "star", ballot_box_with_check: "white_check_mark", heavy_exclamation_mark: "exclamation", pencil2: "memo", hammer: "wrench", hammer_and_wrench: "wrench", pencil: "memo", orange_circle: "large_orange_circle", yellow_circle: "large_yellow_circle", green_circle: "large_green_circle", blue_circle: "large_blue_circle", hand: "raised_hand", information: "information_source" };

/** The drawing of a shortcode, or null where there is none of ours. */
export function emojiArt(name) {
  const art = Object.hasOwn(ALIASES, name) ? ART[ALIASES[name]] : Object.hasOwn(ART, name) ? ART[name] : null;
  if (!art) return null;
  return drawing("svg", { class: "emoji__art", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, art.map(([tag, attributes]) => drawing(tag, attributes)));
}
