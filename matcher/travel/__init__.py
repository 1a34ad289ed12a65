"""Minutes and transfers between people and sites, per mode of travel."""
