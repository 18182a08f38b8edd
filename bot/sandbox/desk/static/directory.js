// Who and what an id stands for: people, channels and user groups of the workspace.
import { api } from "./api.js";

class Directory {
  people = new Map();
  channels = new Map();
  usergroups = new Map();
  bot = null;
  workspace = { name: "Slipway" };
  standing = [];
  commands = [];
  shortcuts = [];
  edition = 0;

  takePeople(answer) {
    this.bot = answer.bot ?? null;
    this.workspace = answer.workspace ?? this.workspace;
    this.standing = answer.standing ?? [];
    this.commands = answer.commands ?? answer.bot?.commands ?? [];
    this.shortcuts = answer.shortcuts ?? answer.bot?.shortcuts ?? [];
    for (const person of answer.people ?? []) this.people.set(person.id, person);
    if (this.bot?.id) this.people.set(this.bot.id, { is_bot: true, ...this.people.get(this.bot.id), ...this.bot });
    this.edition += 1;
  }

  takeChannels(channels) {
    for (const channel of channels) this.channels.set(channel.id, channel);
  }

  async refresh() {
    const answer = await api.get("/desk/directory");
    for (const user of answer.users ?? []) this.people.set(user.id, { ...user, ...this.people.get(user.id) });
    for (const channel of answer.channels ?? []) if (!this.channels.has(channel.id)) this.channels.set(channel.id, channel);
    this.usergroups = new Map((answer.usergroups ?? []).map((group) => [group.id, group]));
    this.edition += 1;
    return answer;
  }

  actors() {
    return [...this.people.values()].filter((person) => !person.is_bot && !person.deleted && !person.is_stranger && person.id !== "USLACKBOT");
  }

  isBot(id) {
    return Boolean(this.bot && this.bot.id === id) || Boolean(this.people.get(id)?.is_bot);
  }

  /** What a person does here, as a sentence begins. */
  roleOf(id) {
    const person = this.people.get(id);
    const role = person?.role_hint || person?.title || "";
    return role.charAt(0).toUpperCase() + role.slice(1);
  }

  nameOf(id) {
    const person = this.people.get(id);
    return person?.real_name || person?.name || person?.display_name || id || "Somebody";
  }

  firstNameOf(id) {
    return this.nameOf(id).split(" ")[0];
  }

  channelName(id) {
    const channel = this.channels.get(id);
    if (!channel) return id;
    return channel.is_im ? this.nameOf(channel.with_user) : channel.name;
  }

  channelNamed(name) {
    return [...this.channels.values()].find((channel) => !channel.is_im && channel.name === name) ?? null;
  }
}

export const directory = new Directory();
