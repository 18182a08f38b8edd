"""Lists of devices as files: Apple's, and those that other services export."""
