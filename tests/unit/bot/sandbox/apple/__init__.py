"""Apple's developer service in the sandbox, spoken to over real HTTP."""
