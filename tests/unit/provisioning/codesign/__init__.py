"""Re-signing without a Mac."""
