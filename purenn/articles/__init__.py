"""The four articles as programs. Each module's `reproduce` prints what its article prints."""
