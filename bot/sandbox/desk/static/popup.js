// A sheet that hangs on another element: menus, lists to choose from, hints. One is open at a time.
import { make } from "./dom.js";

const GAP = 6;
const EDGE = 8;
let open = null;

function place(sheet, anchor, { align, fill }) {
  const box = anchor.getBoundingClientRect();
  const width = Math.min(fill ? Math.max(box.width, 260) : sheet.offsetWidth, innerWidth - 2 * EDGE);
  if (fill) sheet.style.width = `${width}px`;
  const below = innerHeight - box.bottom - GAP - EDGE;
  const above = box.top - GAP - EDGE;
  const height = sheet.scrollHeight;
  const upward = below < Math.min(height, 220) && above > below;
  sheet.style.maxHeight = `${Math.max(120, Math.min(upward ? above : below, 420))}px`;
  const left = align === "end" ? box.right - width : box.left;
  sheet.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  sheet.style.top = upward ? "auto" : `${box.bottom + GAP}px`;
  sheet.style.bottom = upward ? `${innerHeight - box.top + GAP}px` : "auto";
}

/**
 * Show `content` beside `anchor`. Returns { close, place }.
 * `onClose(returned)` is told whether the focus should go back to the anchor.
 */
export function popup(anchor, content, { align = "start", fill = false, name = "", onClose = () => {} } = {}) {
  open?.close(false);
  const sheet = make("div", { class: `popup ${name}`, popover: "manual" }, content);
  (anchor.closest("dialog") ?? document.body).append(sheet);
  sheet.showPopover?.();
  const replace = () => (anchor.isConnected ? place(sheet, anchor, { align, fill }) : close(false));
  const outside = (event) => !sheet.contains(event.target) && !anchor.contains(event.target) && close(false);
  const escape = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close(true);
  };
  const scrolled = (event) => !sheet.contains(event.target) && replace();
  function close(returned) {
    if (open !== handle) return;
    open = null;
    sheet.remove();
    document.removeEventListener("pointerdown", outside, true);
    document.removeEventListener("keydown", escape, true);
    removeEventListener("scroll", scrolled, true);
    removeEventListener("resize", replace);
    onClose(returned);
    if (returned) anchor.focus();
  }
  const handle = { close, place: replace, sheet };
  open = handle;
  document.addEventListener("pointerdown", outside, true);
  document.addEventListener("keydown", escape, true);
  addEventListener("scroll", scrolled, true);
  addEventListener("resize", replace);
  replace();
  return handle;
}

export function closePopup() {
  open?.close(false);
}
