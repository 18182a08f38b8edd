// What an empty place says: what it is for, and the first thing to do.
import { directory } from "./directory.js";
import { make } from "./dom.js";
import { icon } from "./icon.js";
import { deed } from "./tool.js";

function sheet(picture, title, words, ...deeds) {
  return make(
    "div",
    { class: "empty" },
    make("span", { class: "empty__picture" }, icon(picture)),
    make("h2", null, title),
    make("p", null, words),
    deeds.length ? make("div", { class: "empty__deeds" }, deeds) : null,
  );
}

export function emptyChannel(channel, { composer }) {
  const command = deed("Try /release help", () => composer.write("/release help"));
  if (channel.is_im && directory.isBot(channel.with_user)) {
    return sheet(
      "phone",
      "Nothing from Slipway yet",
      "When a build is meant for you, its install link arrives here.",
      command,
    );
  }
  if (channel.is_im) return sheet(
    "person",
    `Just you and ${directory.firstNameOf(channel.with_user)}`,
    "No messages yet.",
  );
  if (channel.bot_is_member === false) return sheet(
    "hash",
    `#${channel.name} is quiet`,
    "No messages yet, and Slipway is not listening here.",
  );
  const pick = deed("Choose a file", () => composer.picker.click());
  return sheet(
    "box",
    "No messages yet",
    "Drop an .ipa or .apk here and Slipway reads it: who signed it, what changed, who it could go to.",
    pick,
    command,
  );
}

export function emptyHome() {
  return sheet(
    "home",
    "Nothing on this page yet",
    "Slipway fills it as soon as there is something to install or to decide.",
  );
}
