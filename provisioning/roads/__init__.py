"""The durable roads, one file each."""
