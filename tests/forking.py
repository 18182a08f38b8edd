"""Where children of tests are forked from: a process that has the large modules imported."""

import multiprocessing

#: What children import; done once.
PRELOADED = [
    "pytest",
    "tests.forked",
    "tests.integration.crash.small_road",
    "tests.integration.crash.living",
    "tests.integration.crash.pending_living",
    "tests.integration.provision.living",
    "tests.integration.crash.frozen",
    "tests.integration.crash.warm",
]

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(PRELOADED)
