"""Speed, memory and faults, measured beside peers."""
