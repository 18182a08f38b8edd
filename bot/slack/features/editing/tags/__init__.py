"""Words on releases, by which they are found."""
