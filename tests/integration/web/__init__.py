"""The web application over real connections, with real records and a real store."""
