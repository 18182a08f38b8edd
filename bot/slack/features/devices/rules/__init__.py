"""What is decided beforehand about devices: limits, rules, and where approvals are asked for."""
