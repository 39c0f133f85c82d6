"""What services say to each other: JSON Schemas, and the types generated from them by `make generate`."""
