"""Products: apps of several platforms that go out as one."""
