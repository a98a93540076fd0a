"""The dialog that opens a file or a lab."""
