// The verbs of /release, for the hint that appears while it is being typed.

export const VERBS = {
  "/release": [
    { verb: "help", usage: "[verb]", says: "what can be said, with examples" },
    { verb: "list", usage: "[app]", says: "releases, newest first" },
    { verb: "show", usage: "APP [VERSION]", says: "one release with who has it" },
    { verb: "distribute", usage: "APP [VERSION] [to GROUP…] [mandatory] [silent]", says: "send a release to people" },
    { verb: "mandatory", usage: "APP VERSION [off] [for GROUP…] [from WHEN] [grace 24h] [below 4.2]", says: "make a release mandatory" },
    { verb: "apps", usage: "", says: "the apps there are" },
    { verb: "groups", usage: "[create|show|add|…]", says: "who gets releases together" },
    { verb: "testers", usage: "", says: "people who get releases" },
    { verb: "roles", usage: "", says: "who may do what" },
  ],
};
