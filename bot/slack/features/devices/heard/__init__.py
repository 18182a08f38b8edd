"""UDIDs in what people write: to us, or in a channel by mistake."""
