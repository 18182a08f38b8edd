// Pictures in blocks; one that cannot be loaded leaves its words.
import { api } from "./api.js";
import { make } from "./dom.js";
import { icon } from "./icon.js";
import { safeImage } from "./link.js";

/** The address of a file of the sandbox, which wants to know who asks. */
export function fileAddress(url) {
  try {
    const address = new URL(url, location.origin);
    if (address.origin === location.origin && api.me) address.searchParams.set("as", api.me);
    return safeImage(address.href);
  } catch {
    return null;
  }
}

function addressOf(image) {
  if (image.image_url) return safeImage(image.image_url);
  return image.slack_file?.url ? fileAddress(image.slack_file.url) : null;
}

export function picture(image, kind = "") {
  const alt = String(image.alt_text ?? "");
  const instead = () => make(
    "span",
    { class: `picture picture--missing ${kind}`, role: "img", "aria-label": alt },
    kind ? icon("box") : [icon("box"), alt],
  );
  const src = addressOf(image);
  if (!src) return instead();
  const node = make(
    "img",
    { class: `picture ${kind}`, src, alt, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" },
  );
  node.addEventListener("error", () => node.replaceWith(instead()), { once: true });
  return node;
}
