// Links: only schemes a person may safely follow, always in a tab of their own that knows nothing of this one.
import { make } from "./dom.js";

const FOLLOWED = new Set(["http:", "https:", "mailto:"]);
const LOADED = new Set(["http:", "https:"]);

function parsed(address, schemes) {
  if (typeof address !== "string") return null;
  try {
    const url = new URL(address.trim());
    return schemes.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export const safeLink = (address) => parsed(address, FOLLOWED);
export const safeImage = (address) => parsed(address, LOADED);

/** An anchor, or only its words where the address is not one to follow. */
export function link(address, ...words) {
  const href = safeLink(address);
  if (!href) return make("span", { class: "link-refused" }, words);
  return make("a", { class: "link", href, target: "_blank", rel: "noopener noreferrer" }, words);
}

/** Open an address as a link would. */
export function follow(address) {
  const href = safeLink(address);
  if (href) window.open(href, "_blank", "noopener,noreferrer");
}
