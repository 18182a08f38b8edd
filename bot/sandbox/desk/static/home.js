// App Home: the bot's own page for the person I am.
import { api } from "./api.js";
import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { homeTabs } from "./conversation.js";
import { directory } from "./directory.js";
import { make } from "./dom.js";
import { emptyHome } from "./empty.js";
import { icon } from "./icon.js";
import { failed } from "./notice.js";
import { Surface } from "./surface.js";
import { tool } from "./tool.js";

export class Home {
  surface = new Surface({ type: "view", view_id: "home" });
  blocks = make("div", { class: "blocks home__blocks" });

  constructor({ imId, onList }) {
    const name = directory.bot ? directory.nameOf(directory.bot.id) : "Slipway";
    this.holder = make(
      "div",
      { class: "home", tabindex: "0", role: "region", "aria-label": `${name} home` },
      make("p", { class: "loading" }, make("span", { class: "spinner" }), "Loading…"),
    );
    this.node = make("div", { class: "pane" },
      make("header", { class: "pane__head" },
        tool("menu", "Show channels and people", onList, { kind: "pane__menu" }),
        make(
          "span",
          { class: "pane__picture" },
          directory.bot ? avatar(directory.bot.id, "avatar--small") : icon("home"),
        ),
        make("div", { class: "pane__title" }, make("h1", null, name), make("p", null, "What is here for you")),
        homeTabs("home", imId)),
      this.holder);
  }

  // Reading is not opening: the app draws the tab when it is opened, and that makes us read it.
  refresh() {
    return this.#show(api.get("/desk/home"));
  }

  load() {
    return this.#show(api.post("/desk/home", {}));
  }

  async #show(asked) {
    try {
      const answer = await asked;
      this.surface.container = { type: "view", view_id: answer.view_id ?? answer.view?.id ?? "home" };
      const blocks = answer.blocks ?? answer.view?.blocks;
      if (blocks?.length) drawBlocks(this.blocks, blocks, this.surface);
      this.holder.replaceChildren(blocks?.length ? this.blocks : emptyHome());
    } catch (problem) {
      failed(problem);
    }
  }

  redraw() {}
}
