// The left side: who I am, where I can go, what is unread.
import { avatar } from "./avatar.js";
import { directory } from "./directory.js";
import { make, reconcile, refill } from "./dom.js";
import { icon, mark } from "./icon.js";
import { menu } from "./menu.js";
import { themeButton } from "./theme.js";
import { tool } from "./tool.js";

function guestly(role, person) {
  return person.is_guest && !/guest/i.test(role) ? `${role} · guest` : role;
}

export class Sidebar {
  constructor(node, { onPerson, onGuide, onClose }) {
    this.onPerson = onPerson;
    this.channels = make("ul", { class: "places" });
    this.talks = make("ul", { class: "places" });
    this.apps = make("ul", { class: "places" });
    this.me = make("div", { class: "me" });
    refill(node,
      make("div", { class: "brand" }, mark(), make(
        "div",
        { class: "brand__words" },
        make("strong", null, "Slipway"),
        make("span", null, "sandbox"),
      ), make("span", { class: "brand__space" }),
        tool("compass", "Guide", onGuide),
        themeButton(),
        tool("close", "Back to the messages", onClose, { kind: "sidebar__close" })),
      this.me,
      make("nav", { class: "sidebar__places", "aria-label": "Channels and messages" },
        make("h2", null, "Channels"), this.channels,
        make("h2", null, "Direct messages"), this.talks,
        make("h2", null, "Apps"), this.apps));
  }

  draw({ me, place, channels }) {
    this.#drawMe(me);
    const rows = channels.map((channel) => ({
      key: channel.id,
      place: channel.id,
      label: channel.is_im ? directory.nameOf(channel.with_user) : channel.name,
      channel,
      unread: channel.id === place ? 0 : channel.unread ?? 0,
    }));
    this.#drawPlaces(this.channels, rows.filter(({ channel }) => !channel.is_im), place);
    this.#drawPlaces(this.talks, rows.filter(({ channel }) => channel.is_im), place);
    this.#drawPlaces(
      this.apps,
      [{
        key: "home",
        place: "home",
        label: `${directory.bot ? directory.nameOf(directory.bot.id) : "Slipway"} home`,
        unread: 0,
      }],
      place,
    );
    const unread = rows.reduce((sum, row) => sum + row.unread, 0);
    document.documentElement.dataset.unread = unread ? "yes" : "no";
    document.title = `${unread ? `(${unread}) ` : ""}${directory.firstNameOf(me)} · Slipway sandbox`;
  }

  #drawMe(me) {
    const signature = `${me} ${directory.edition}`;
    if (this.drawnMe === signature) return;
    this.drawnMe = signature;
    const button = make("button", {
      type: "button",
      class: "me__button",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      on: { click: () => this.#openPeople(button, me) },
    },
      avatar(me),
      make(
        "span",
        { class: "me__words" },
        make("span", { class: "me__are" }, "You are ", make("strong", null, directory.nameOf(me))),
        make("small", null, directory.roleOf(me)),
      ),
      make("span", { class: "me__switch" }, icon("swap"), "Switch"));
    refill(this.me, button);
  }

  #openPeople(button, me) {
    const items = directory.actors().map((person) => ({
      label: directory.nameOf(person.id),
      hint: guestly(directory.roleOf(person.id), person),
      picture: avatar(person.id, "avatar--small"),
      checked: person.id === me,
      run: () => this.onPerson(person.id),
    }));
    menu(button, "Be somebody else", items, { fill: true });
  }

  #drawPlaces(list, rows, place) {
    reconcile(list, rows, {
      keyOf: (row) => row.key,
      signatureOf: (row) => JSON.stringify([row, row.place === place, directory.edition]),
      draw: (row) => this.#row(row, row.place === place),
    });
  }

  #picture(channel) {
    if (!channel) return icon("home");
    return channel.is_im ? avatar(channel.with_user, "avatar--tiny") : icon(channel.is_private ? "lock" : "hash");
  }

  #row({ place, label, channel, unread }, here) {
    return make("li", null, make("a", {
      class: `place${unread ? " place--unread" : ""}`,
      href: `#/-/${encodeURIComponent(place)}`,
      "aria-current": here ? "page" : null,
    },
      this.#picture(channel), make("span", { class: "place__name" }, label),
      unread ? make(
        "span",
        { class: "badge" },
        unread > 99 ? "99+" : String(unread),
        make("span", { class: "unseen" }, " unread"),
      ) : null));
  }
}
