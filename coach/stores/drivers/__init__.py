"""What differs between databases: one room for each, the only places that know a driver."""
