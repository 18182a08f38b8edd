"""Google's developer verification: noting which certificate of an Android app is registered."""
