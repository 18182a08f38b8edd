"""What has happened in the demo's workspace before anybody looks: acted on the real house."""
