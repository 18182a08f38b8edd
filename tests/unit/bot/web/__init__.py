"""The parts of the web application one by one."""
